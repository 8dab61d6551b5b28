"""Files are written in one piece or not at all."""

import errno

import pytest

from lightrnn_tf._internal.files import remove_unfinished, replacing, write_atomic


def test_a_file_takes_the_place_of_the_old_one_when_it_is_whole(tmp_path):
    path = tmp_path / "a.weights.h5"
    path.write_text("old")
    with replacing(path, keep=tmp_path / "before") as part:
        part.write_text("new")
        assert path.read_text() == "old"
        assert part.parent == tmp_path  # On the same disk, or it could not be moved.
        assert part.name.endswith(".weights.h5")
    assert path.read_text() == "new"
    assert (tmp_path / "before").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError(), OSError("h5")])
def test_an_error_leaves_the_old_files(tmp_path, error):
    path, before = tmp_path / "a", tmp_path / "before"
    path.write_text("old")
    before.write_text("older")

    def fail():
        with replacing(path, keep=before) as part:
            part.write_text("half")
            raise error

    with pytest.raises(type(error)) as raised:
        fail()
    assert raised.value is error
    assert (path.read_text(), before.read_text()) == ("old", "older")
    assert len(list(tmp_path.iterdir())) == 2


def test_an_error_of_the_disk_names_the_file_that_was_asked_for(tmp_path):
    path = tmp_path / "none" / "a"
    with pytest.raises(FileNotFoundError) as raised:
        write_atomic(path, "text")
    assert raised.value.filename == str(path)
    (tmp_path / "none").write_text("")  # No folder.
    with pytest.raises(NotADirectoryError) as raised:
        write_atomic(path, "text")
    assert raised.value.filename == str(path)
    assert raised.value.errno == errno.ENOTDIR


def test_what_a_killed_process_left_is_deleted(tmp_path):
    (tmp_path / "a.partial").write_text("of somebody")
    writing = replacing(tmp_path / "a")
    writing.__enter__().write_text("half")
    remove_unfinished(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.partial"]
    with pytest.raises(FileNotFoundError):
        writing.__exit__(None, None, None)
