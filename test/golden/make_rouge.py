"""Makes rouge.json: ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum (F1 x 100) of a table of cases.

    python3 test/golden/make_rouge.py [folder]

Written from the definitions (Lin 2004; the tokens and the union-LCS walk of google-research's rouge_scorer, without stemming), with exact
fractions. Where the package rouge-score is installed, its scores are compared with these first.
"""

import collections
import fractions
import functools
import json
import pathlib
import re
import sys

CASES = [
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("the cat was found under the bed", "the cat was under the bed"),
    ("police killed the gunman", "police kill the gunman"),
    ("the gunman kill police", "police kill the gunman"),
    ("the the the the", "the cat the hat"),
    ("", "a review"),
    ("a review", ""),
    ("", ""),
    ("!!! ... ???", "great!"),
    ("Great Strings, GREAT price!!", "great strings great price"),
    ("It's a 5-star product; wouldn't buy less.", "its a 5 star product wouldnt buy less"),
    ("caf\u00e9 cr\u00e8me br\u00fbl\u00e9e", "cafe creme brulee"),
    ("\u4f60\u597d good", "good \u4f60\u597d"),
    ("one", "one two"),
    ("one two", "one"),
    ("a b c d e f", "f e d c b a"),
    ("a b a b a b", "b a b a b a"),
    ("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5"),
    ("w1 w3 w8 w9 w5", "w1 w2 w3 w4 w5\nw1 w3 w5"),
    ("the tone is warm\nand it stays in tune\n\nworth the money", "warm tone\nstays in tune\nworth every penny"),
    ("five stars\nfive stars", "five stars"),
    ("five stars", "five stars\nfive stars\nfive stars"),
    ("\n\n", "five stars"),
    ("works fine\n", "\nworks fine"),
    ("does the job and does it well", "it does the job well and it does it cheaply"),
    ("I_would_buy it again & again", "i would buy it again and again"),
    ("a b c\nc b a\nb a c", "a c b\nb c a a\nc c"),
    ("good good good\ngood", "good\ngood good"),
    ("  leading and   trailing\tspace  ", "leading and trailing space"),
    ("2 x 4 = 8", "2x4=8"),
]




def made_up_cases(count):
    """Pairs of a few lines over few words, so that subsequences tie; from a quadratic formula, without random numbers."""

    def text(seed):
        lines = []
        for line in range(1 + seed % 3):
            numbers = [(7 * i * i + 13 * i * (seed + 3) + 31 * line + seed * seed) % 101 for i in range(3 + (seed + line) % 5)]
            lines.append(" ".join("abcd"[number % 4] for number in numbers))
        return "\n".join(lines)

    return [(text(3 * i + 1), text(5 * i + 2)) for i in range(count)]


def words(text):
    """Lower case; maximal runs of a-z and 0-9."""
    return [word for word in re.sub(r"[^a-z0-9]+", " ", text.lower()).split(" ") if word]


def f_measure(hits, found, wanted):
    if hits == 0:
        return fractions.Fraction(0)
    precision, recall = fractions.Fraction(hits, found), fractions.Fraction(hits, wanted)
    return 100 * 2 * precision * recall / (precision + recall)


def rouge_n(candidate, reference, n):
    grams = [collections.Counter(tuple(text[i : i + n]) for i in range(len(text) - n + 1)) for text in (candidate, reference)]
    return f_measure((grams[0] & grams[1]).total(), grams[0].total(), grams[1].total())


def prefix_lcs(reference, candidate):
    """length(i, j) of the longest common subsequence of the first i and j words, by its recurrence."""

    @functools.cache
    def length(i, j):
        if i == 0 or j == 0:
            return 0
        if reference[i - 1] == candidate[j - 1]:
            return length(i - 1, j - 1) + 1
        return max(length(i - 1, j), length(i, j - 1))

    return length


def rouge_l(candidate, reference):
    return f_measure(prefix_lcs(reference, candidate)(len(reference), len(candidate)), len(candidate), len(reference))


def matched_places(reference, candidate):
    """Places of the reference on the walk back through the table: up on ties."""
    length, places = prefix_lcs(reference, candidate), set()
    i, j = len(reference), len(candidate)
    while i and j:
        if reference[i - 1] == candidate[j - 1]:
            places.add(i - 1)
            i, j = i - 1, j - 1
        elif length(i, j - 1) > length(i - 1, j):
            j -= 1
        else:
            i -= 1
    return places


def rouge_l_sum(candidate, reference):
    found = [words(line) for line in candidate.split("\n") if line]
    wanted = [words(line) for line in reference.split("\n") if line]
    left = [collections.Counter(word for line in text for word in line) for text in (found, wanted)]
    sizes = [counter.total() for counter in left]
    hits = 0
    for line in wanted:
        for place in sorted(set().union(*(matched_places(line, other) for other in found))):
            if all(counter[line[place]] > 0 for counter in left):
                hits += 1
                for counter in left:
                    counter[line[place]] -= 1
    return f_measure(hits, *sizes)


def scores(candidate, reference):
    found, wanted = words(candidate), words(reference)
    values = {
        "rouge1": rouge_n(found, wanted, 1),
        "rouge2": rouge_n(found, wanted, 2),
        "rougeL": rouge_l(found, wanted),
        "rougeLsum": rouge_l_sum(candidate, reference),
    }
    return {name: float(value) for name, value in values.items()}


def check_with_package(table):
    try:
        from rouge_score import rouge_scorer
    except ImportError:
        print("rouge-score is not installed: its scores were not compared")
        return
    names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = rouge_scorer.RougeScorer(names, use_stemmer=False)
    for case in table:
        theirs = scorer.score(case["reference"], case["candidate"])
        for name in names:
            assert abs(100 * theirs[name].fmeasure - case["scores"][name]) < 1e-9, (case, theirs)
    print("rouge-score agrees")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    table = [{"candidate": c, "reference": r, "scores": scores(c, r)} for c, r in CASES + made_up_cases(40)]
    check_with_package(table)
    (folder / "rouge.json").write_text(json.dumps({"cases": table}, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
