"""`lightrnn demo`: serves or writes the page, and says what is wrong in one line."""

import http.client
import re
import signal
import socket
import subprocess
import sys

import pytest
from helpers.command_line import lightrnn


def error_of(capsys, *arguments):
    assert lightrnn("demo", *arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    return error


def test_page_is_served_until_ctrl_c():
    command = [sys.executable, "-m", "lightrnn_tf", "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        address = r"http://127\.0\.0\.1:(\d+)/"
        sentence = rf"{address} suggests words with en\.tflite\. Ctrl-C ends it\.\n"
        port = re.fullmatch(sentence, said)[1]
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        connection.request("GET", "/")
        assert b"<title>" in connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


def test_page_is_written_to_a_folder(tmp_path, capsys):
    assert lightrnn("demo", "en", "--out", tmp_path / "page") == 0
    assert "is a page for any server of files" in capsys.readouterr().out
    assert (tmp_path / "page/index.html").is_file()
    assert "exists. Name another" in error_of(capsys, "--out", tmp_path / "page")


def test_port_that_is_taken_is_said(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = error_of(capsys, "--port", port)
    assert f"Port {port} cannot be used: " in error
    assert "Name another with --port." in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.tflite"], "missing.tflite"),
        (["--port", "70000"], "`port` must be at most 65535. Received: 70000."),
        (["--port", "-1"], "port"),
        (["--port", "x"], "port"),
    ],
)
def test_bad_arguments_are_refused(capsys, arguments, said):
    assert said in error_of(capsys, *arguments)


def test_file_that_is_no_model_is_refused(capsys, tmp_path):
    (tmp_path / "no.tflite").write_bytes(b"nothing")
    assert "no.tflite" in error_of(capsys, tmp_path / "no.tflite")
    assert "page" not in {path.name for path in tmp_path.iterdir()}
