"""Says what the tests gave: what failed and why, what was skipped and why, one sum.

    python summary.py STATUS LOG REPORTS

STATUS and LOG are Maven's; REPORTS is the folder of Surefire's reports.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml

ERRORS = 20


def main(status, log, reports):
    """Print it; return whether something failed."""
    failed, skipped, total, measured = [], [], 0, []
    for path in sorted(pathlib.Path(reports).glob("TEST-*.xml")):
        for case in xml.parse(path).iter("testcase"):
            total += 1
            kind = case.get("classname", "").rpartition(".")[2]
            name = ".".join(part for part in (kind, case.get("name")) if part)
            for problem in (*case.iter("failure"), *case.iter("error")):
                failed.append(f"{name}: {first_line(problem)}")
                break
            else:
                for reason in case.iter("skipped"):
                    skipped.append(f"{name}: {reason.get('message')}")
    for path in sorted(pathlib.Path(reports).glob("*-output.txt")):
        lines = path.read_text("utf-8", "replace").splitlines()
        measured += [line for line in lines if line.startswith("MEASURED: ")]
    log = pathlib.Path(log).read_text("utf-8", "replace")
    # Tests that fail make Maven fail; what else makes it fail has left tests out.
    ended_early = status != "0" and (not failed or "forked VM" in log)
    if ended_early:
        what = "some tests did not run" if total else "no test ran"
        print(f"FAILED: Maven ended with status {status} and {what}; its log says:")
        # What follows is how to get help with Maven, and all of it once more.
        log = log.partition("-> [Help")[0]
        errors = re.findall(r"^\[ERROR\] *(\S.*)", log, re.M) or log.splitlines()
        print("\n".join(f"  {line}" for line in list(dict.fromkeys(errors))[:ERRORS]))
    elif not total:
        print("FAILED: there are no reports, so no test ran.")
    for word, lines in (("FAILED: ", failed), ("SKIPPED: ", skipped), ("", measured)):
        for line in lines:
            print(word + line)
    passed = total - len(failed) - len(skipped)
    print(f"keyboard: {passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return bool(failed) or ended_early or not total


def first_line(problem):
    """Return the first line of what a failure says."""
    said = problem.get("message") or problem.text or problem.get("type") or "?"
    return said.strip().splitlines()[0]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
