"""Marks the words of the English model anew, after a change of the lists of words.

    python examples/english_model/mark_words.py ../shared/corpora runs/english

needs what `texts.py` and `words.py` wrote to the second folder. It takes some minutes
where `make english-model` takes an hour; the file is the one that it would make.
"""

import argparse
import pathlib

from lightrnn_tf import keyboard
from lightrnn_tf.predictors import pretrained
from lightrnn_tf.training.keyboard_options import KeyboardOptions

FOLDER = pathlib.Path(__file__).parent


def main():
    """Mark them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=pathlib.Path, help="folder of the corpora")
    parser.add_argument("run", type=pathlib.Path, help="folder of texts and lists")
    args = parser.parse_args()
    options = KeyboardOptions(
        text=[str(args.run / "train.txt")],
        valid=[str(args.run / "valid.txt")],
        language="en",
        out=str(pretrained.path_of("en")),
        word_list=str(args.run / "words.txt"),
        misspellings=str(args.run / "misspellings.txt"),
        written_forms=str(args.run / "forms.txt"),
        never_suggest=str(FOLDER / "never_suggest.txt"),
        about=str(FOLDER / "about.json"),
        scores={
            "talk-en": str(args.corpora / "talk-en/valid.txt.xz"),
            "commonvoice-en": str(args.run / "commonvoice-en.txt"),
            "sms-en": str(args.corpora / "sms-en/valid.txt.xz"),
        },
        overwrite=True,
    )
    card = keyboard.mark_words(options)
    print(f"{card['sizes']['suggestable_words']:,} words are suggested.")


if __name__ == "__main__":
    main()
