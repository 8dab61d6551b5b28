"""Writes the text that the English model is trained on: a sample of several sources.

    python examples/english_model/texts.py ../shared/corpora runs/english

writes `train.txt` and `valid.txt` to a folder, and `commonvoice-en.txt` to score on.
The shares of the sources are about those that mix bigram models of each source best on
the validation texts (expectation maximisation; `shares.py` prints them). All is drawn
from fixed seeds.
"""

import argparse
import itertools
import lzma
import pathlib
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator

# How often the text of each source is read. Fractions are samples of lines.
SHARES = {
    "tatoeba": 2.0,
    "chitchat": 1.0,
    "self-dialogue": 0.4,
    "topical-chat": 0.3,
    "meetings": 1.0,
    "star": 1.0,
    "hh-human": 1.5,
    "casino": 0.6,
    "polyai": 0.6,
    "clinc150": 1.0,
    "hwu64": 1.0,
    "cooking-se": 0.5,
    "dolly": 1.0,
    "oasst": 2.0,
    "taskmaster3": 1.0,
    "commonvoice-en": 2.5,
    "chat-en": 0.6,
    "chat-en tasks": 0.08,
    "novels-en": 0.16,
    "wikitext-2": 0.3,
}
# Lines of this share lose their punctuation, as many people type.
BARE = 0.5
# Lines of this share, of talk and of sentences, are shortened as in text messages.
SHORTENED = 0.1
_MESSAGES = ("tatoeba", "chitchat", "self-dialogue", "chat-en")
_SHORTER = {
    "you": "u",
    "your": "ur",
    "you're": "ur",
    "are": "r",
    "why": "y",
    "okay": "k",
    "ok": "k",
    "for": "4",
    "to": "2",
    "before": "b4",
    "tomorrow": "tmr",
    "tonight": "tonite",
    "please": "pls",
    "thanks": "thx",
    "because": "cos",
    "about": "abt",
    "what": "wat",
    "with": "wif",
    "that": "dat",
    "the": "e",
    "then": "den",
    "don't": "dun",
    "know": "noe",
    "people": "ppl",
    "message": "msg",
    "later": "ltr",
    "good": "gd",
    "night": "nite",
    "back": "bk",
    "should": "shld",
    "would": "wld",
    "can't": "cant",
    "i'm": "im",
    "didn't": "didnt",
    "that's": "thats",
    "and": "n",
    "see": "c",
    "be": "b",
    "have": "hav",
    "love": "luv",
    "great": "gr8",
    "something": "smth",
    "minutes": "mins",
    "today": "2day",
    "right": "rite",
    "just": "jus",
    "where": "whr",
    "when": "wen",
    "really": "rly",
    "probably": "prob",
}
# The first conversation between a person and an assistant in chat-en.
_FIRST_TASK = 225_000
_ADDRESSED = re.compile(r"^[^\s:,]{2,16}[:,]\s+")
_NICK = re.compile(r"^([^\s:,]{2,16}):\s")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’]* (?=[\"'“‘]*[A-Z])")
_PUNCTUATION = re.compile(
    r"(?<!\d)[^\w\s'’](?!\d)|[^\w\s'’](?=\s|$)|(?<!\w)['’]|['’](?!\w)"
)
_LONGEST = 40
# Names in a sixth of the sentences of Tatoeba; else they would be the names to suggest.
_EXAMPLES = re.compile(r"\b(?:Tom|Mary)\b")


def lines_of(path: pathlib.Path) -> Iterator[str]:
    """Yield the lines of a compressed text without white space around them."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line := line.strip():
                yield line


def without_nicknames(lines: list[str]) -> Iterator[str]:
    """Yield messages without the names they are addressed to, or speak of."""
    named = Counter(found[1].lower() for line in lines if (found := _NICK.match(line)))
    words = Counter(word for line in lines for word in line.lower().split())
    # A nickname is hardly ever written but before a colon.
    nicknames = {name for name, n in named.items() if n > 1 and words[name] < 3 * n}
    for line in lines:
        if found := _ADDRESSED.match(line):
            if found[0].strip(" :,").lower() in nicknames or ":" in found[0]:
                line = line[found.end() :]
        if not nicknames.intersection(re.findall(r"[^\s:,.!?]+", line.lower())):
            yield line


def sentences(lines: Iterator[str]) -> Iterator[str]:
    """Yield the sentences of paragraphs, without long ones."""
    for line in lines:
        for sentence in _SENTENCE_END.split(line):
            if sentence.count(" ") < _LONGEST:
                yield sentence.strip("\"'“”‘’ _")


def detokenised(lines: Iterator[str]) -> Iterator[str]:
    """Yield the text of WikiText as it was written, without headings."""
    for line in lines:
        if line.startswith("=") or "<unk>" in line:
            line = ". ".join(s for s in line.split(" . ") if "<unk>" not in s)
        if line.startswith("=") or not line:
            continue
        line = re.sub(r" @(.)@ ", r"\1", line)
        line = re.sub(r" ('\w+|n't)\b", r"\1", line)
        line = re.sub(r" ([.,;:!?)\]])", r"\1", line)
        yield re.sub(r"([(\[]) ", r"\1", line)


def bare(line: str) -> str:
    """Return a line without its punctuation."""
    return " ".join(_PUNCTUATION.sub(" ", line).split())


def shortened(line: str, draw: random.Random) -> str:
    """Return a line in which most of the words that messages shorten are short."""
    words = bare(line.lower()).split()
    return " ".join(
        _SHORTER[word] if word in _SHORTER and draw.random() < 0.7 else word
        for word in words
    )


def sources(corpora: pathlib.Path) -> Iterator[tuple[str, Iterator[str] | list[str]]]:
    """Yield each source with its lines."""
    for path in sorted(corpora.glob("talk-open/*.train.txt.xz")):
        yield path.name.split(".")[0], lines_of(path)
    yield "commonvoice-en", lines_of(corpora / "commonvoice-en/train.txt.xz")
    chat = list(lines_of(corpora / "chat-en/train.txt.xz"))
    yield "chat-en", without_nicknames(chat[:_FIRST_TASK])
    yield "chat-en tasks", chat[_FIRST_TASK:]
    yield "novels-en", sentences(lines_of(corpora / "novels-en/all.txt.xz"))
    wiki = detokenised(lines_of(corpora / "wikitext-2/train.txt.xz"))
    yield "wikitext-2", sentences(wiki)


def sampled(name: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    """Yield the lines of a source as often as its share says."""
    draw = random.Random(name)
    for line in lines:
        share = 0.3 if _EXAMPLES.search(line) else SHARES[name]
        whole, part = divmod(share, 1)
        for _ in range(int(whole) + (draw.random() < part)):
            kind = draw.random()
            if name in _MESSAGES and kind < SHORTENED:
                yield shortened(line, draw)
            else:
                yield bare(line) if kind < SHORTENED + BARE else line


def valid_lines(corpora: pathlib.Path) -> Iterator[str]:
    """Yield the lines that choose the best epoch: three kinds of everyday English."""
    for name, count in (("talk-en", 5000), ("commonvoice-en", 2500), ("sms-en", 1500)):
        yield from itertools.islice(lines_of(corpora / name / "valid.txt.xz"), count)


def main():
    """Write the two texts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=pathlib.Path, help="folder of the corpora")
    parser.add_argument("out", type=pathlib.Path, help="folder to write")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, of_source in sources(args.corpora):
        of_name = [line for line in sampled(name, of_source) if line]
        words = sum(line.count(" ") + 1 for line in of_name)
        print(f"{name}: {len(of_name):,} lines, {words:,} words", file=sys.stderr)
        lines += of_name
    # Streams of a training are read side by side; each holds all sources.
    random.Random(0).shuffle(lines)
    (args.out / "train.txt").write_text("\n".join(lines) + "\n", "utf-8")
    valid = "\n".join(valid_lines(args.corpora))
    (args.out / "valid.txt").write_text(valid + "\n", "utf-8")
    # These are sorted, so that a cache would be worth more than it is.
    apart = list(lines_of(args.corpora / "commonvoice-en/valid.txt.xz"))
    random.Random(0).shuffle(apart)
    (args.out / "commonvoice-en.txt").write_text("\n".join(apart) + "\n", "utf-8")


if __name__ == "__main__":
    main()
