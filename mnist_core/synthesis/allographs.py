"""The forms in which people across the world write each digit, and letters and symbols, which are no digits.

An allograph is one of the forms of a character. Its path describes how a pen moves: strokes in the order in which they
are usually made, with `;` between them. A stroke is a list of points "x,y" that the pen passes, x to the right and y
down, in a box about 60 wide and 100 high. It runs smoothly through its points, and turns sharply at a `|`. A stroke of
one point is a dot.

    "4,6 56,4 | 22,100 ; 12,52 54,48"       a seven: along the top, sharply down; then a bar

`mnist_core.synthesis.handwriting` adds human variation. No form was traced from anybody's writing: all were drawn after
descriptions of regional handwriting and after copybooks, so that recorded handwriting remains for measuring.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Allograph:
    """One form of a character."""

    character: str
    name: str
    """For people, as in "a 7 with a bar"."""
    where: str
    """The regions or people that write it."""
    path: str
    """Strokes and their points, in the notation that the module describes."""
    weight: float = 1.0
    """Its frequency among the training images, relative to the character's other forms; set by eye."""

    @property
    def pieces(self) -> list[list[npt.NDArray[np.float64]]]:
        """The strokes, each as its smooth pieces, (n, 2); a piece begins at the point where the one before it ends."""
        strokes = []
        for text in self.path.split(";"):
            pieces: list[npt.NDArray[np.float64]] = []
            for part in text.split("|"):
                points = np.array([[float(number) for number in pair.split(",")] for pair in part.split()])
                pieces.append(np.concatenate([pieces[-1][-1:], points]) if pieces else points)
            strokes.append(pieces)
        return strokes


EVERYWHERE = "everywhere"

DIGITS = (
    # 0
    Allograph("0", "a plain oval", EVERYWHERE, "32,2 8,25 4,58 18,94 42,96 60,62 54,20 31,2", 3),
    Allograph("0", "a round ring", "children, fingers on a phone", "45,2 12,14 2,52 20,92 58,98 92,72 94,30 70,6 44,2", 2),
    Allograph("0", "a ring drawn clockwise", "left-handers", "28,3 52,14 60,52 44,95 18,97 3,60 8,18 29,2"),
    Allograph("0", "a ring that runs past its start", EVERYWHERE, "40,4 14,12 2,52 15,93 44,94 58,52 50,15 30,2 14,14", 0.7),
    Allograph("0", "an open top", "fast writers", "26,6 6,32 4,66 22,97 48,84 58,42 46,10", 1.5),
    Allograph("0", "an end that curls inwards", EVERYWHERE, "34,3 6,34 9,88 42,97 58,50 42,8 24,14 22,30"),
    Allograph("0", "a spiral", "fast writers", "52,30 30,28 20,54 34,70 60,44 52,10 26,4 4,40 12,88 40,96 64,66", 0.5),
    Allograph("0", "a curl at the top", "cursive writers", "52,12 30,2 6,38 14,90 42,95 58,50 46,9 28,8 38,24 64,12"),
    Allograph("0", "the corners of a box", "children, engineers", "12,6 4,24 4,80 14,97 46,97 56,82 56,20 46,4 12,5", 0.7),
    Allograph(
        "0", "a slash within", "programmers, engineers, the military", "32,2 8,25 4,58 18,94 42,96 60,62 54,20 31,2 ; 46,22 16,80", 1.5
    ),
    Allograph(
        "0", "a slash across", "programmers, engineers, the military", "32,2 8,25 4,58 18,94 42,96 60,62 54,20 31,2 ; 66,-2 -4,104", 2
    ),
    Allograph(
        "0", "a slash across a round ring", "radio amateurs, the military", "45,2 12,14 2,52 20,92 58,98 92,72 94,30 70,6 44,2 ; 96,0 2,104"
    ),
    Allograph("0", "a slash leaning left", "programmers", "32,2 8,25 4,58 18,94 42,96 60,62 54,20 31,2 ; 8,12 54,88", 0.8),
    Allograph("0", "a slash in the same stroke", "programmers", "44,6 20,2 3,44 12,92 42,95 58,54 52,12 | -2,100", 0.8),
    Allograph("0", "a dot", "programmers", "32,2 8,25 4,58 18,94 42,96 60,62 54,20 31,2 ; 31,50 32,52", 1),
    Allograph("0", "a bar across", "parts of Europe and Asia", "32,2 8,25 4,58 18,94 42,96 60,62 54,20 31,2 ; -10,51 72,48", 0.8),
    Allograph("0", "a bar within", "programmers", "32,2 8,25 4,58 18,94 42,96 60,62 54,20 31,2 ; 14,51 48,49", 0.5),
    # 1
    Allograph("1", "a single line", EVERYWHERE, "30,0 30,50 30,100", 3),
    Allograph("1", "a bent line", EVERYWHERE, "34,0 30,36 30,68 24,100", 0.8),
    Allograph("1", "a line bent the other way", EVERYWHERE, "24,0 30,34 32,66 30,100", 0.6),
    Allograph("1", "a short flag", EVERYWHERE, "20,20 38,0 | 38,100", 2),
    Allograph("1", "a flag", "continental Europe, Turkey, Latin America, East Asia", "8,34 40,0 | 38,100", 3),
    Allograph("1", "a long flag", "France, Germany, Italy, Turkey", "-4,56 40,0 | 36,100", 3),
    Allograph("1", "a flag down to the line", "Germany, Austria, France", "-16,88 40,0 | 40,100", 1.2),
    Allograph("1", "a flat flag", "Turkey, the Balkans", "-4,26 36,2 | 26,100", 2),
    Allograph("1", "a long flat flag", "Turkey, the Balkans", "-16,38 36,2 | 22,100", 1),
    Allograph("1", "a bowed flag", "continental Europe, India", "2,38 26,24 40,0 | 38,100", 1.5),
    Allograph("1", "a round flag", "cursive writers", "0,44 18,24 34,4 39,14 | 34,100", 1.5),
    Allograph("1", "a long round flag", "Turkey, the Balkans", "-10,46 14,20 34,2 40,14 32,50 26,100", 0.8),
    Allograph("1", "a flag that sags", "Turkey, the Balkans", "-6,34 10,32 24,18 36,0 | 28,100", 1.2),
    Allograph("1", "a flag made last", "left-handers", "38,0 38,100 ; 38,2 12,32", 0.8),
    Allograph("1", "a flag retraced", "fast writers", "38,92 40,2 | 12,34", 0.6),
    Allograph("1", "a narrow wedge", "fast writers", "26,70 36,24 40,0 | 36,100", 1),
    Allograph("1", "a wedge", "Turkey, fast writers", "24,58 38,0 | 32,100", 1.2),
    Allograph("1", "a deep wedge", "Turkey, Germany", "22,84 38,30 44,0 | 36,100", 0.8),
    Allograph("1", "a bowed wedge", "cursive writers, Turkey", "18,62 30,34 42,0 | 38,40 32,100", 0.8),
    Allograph("1", "a flag that starts level", "the Balkans, Turkey", "-14,34 2,36 22,22 36,2 | 22,100", 0.6),
    Allograph("1", "a loop at the top", "cursive writers", "14,44 26,22 38,2 44,10 38,30 | 32,100", 0.6),
    Allograph("1", "a base line", "the United States, children", "30,0 30,98 ; 4,99 58,98", 1),
    Allograph("1", "flag and base line", "schools, East Asia, print", "12,20 34,0 | 34,98 ; 6,99 62,98", 2),
    Allograph("1", "long flag and base line", "schools, the Arab world", "2,40 34,0 | 34,98 ; 4,99 64,97", 1),
    Allograph("1", "flag and base in one stroke", "fast writers", "12,22 34,0 | 30,96 | 6,98 | 58,97", 1.5),
    Allograph("1", "a base to the right", "fast writers", "10,24 30,0 | 28,97 | 58,95", 0.7),
    Allograph("1", "a looped base", "fast writers", "12,24 34,0 | 28,92 14,98 10,88 30,86 58,95", 0.8),
    Allograph("1", "a curved foot", "cursive writers", "16,20 32,0 | 31,78 38,97 54,90", 0.8),
    Allograph("1", "a foot to the left", "India", "16,16 32,0 | 32,80 26,98 12,94", 0.5),
    Allograph("1", "serifs", "engineers", "30,0 30,100 ; 12,1 48,0 ; 12,100 48,99", 0.5),
    # 2
    Allograph("2", "a straight base", EVERYWHERE, "6,22 26,2 52,14 48,44 4,97 | 62,96", 3),
    Allograph("2", "a loop below", "cursive writers", "5,22 28,2 52,18 44,54 12,92 3,96 4,84 18,82 40,98 64,88", 2),
    Allograph("2", "a wide loop below", "cursive writers, the United States", "5,22 28,2 52,18 42,54 10,98 -6,90 6,74 30,92 66,92", 1),
    Allograph("2", "the corners of a Z", "engineers, East Asia", "6,6 56,5 | 4,97 | 60,96", 1),
    Allograph("2", "a wavy base", "cursive writers", "8,25 28,2 52,20 36,62 4,96 | 24,86 44,98 64,86", 1.2),
    Allograph("2", "a short base", "fast writers", "8,20 30,2 50,20 42,55 8,96 | 38,98"),
    Allograph("2", "a hook at the start", EVERYWHERE, "18,30 8,18 25,2 50,12 48,42 5,97 | 62,97", 1.2),
    Allograph("2", "a curl at the start", "cursive writers", "24,20 14,28 8,16 28,2 52,16 46,48 4,98 | 60,97"),
    Allograph("2", "a round base", "fast writers", "6,20 30,2 54,24 40,56 12,82 16,97 60,92", 1.2),
    Allograph("2", "a swan's neck", "children", "10,26 14,8 34,2 52,18 46,48 20,76 4,97 | 66,95"),
    Allograph("2", "a base of its own", "East Asia, children", "6,22 26,2 52,14 48,44 6,96 ; -2,97 64,95", 0.6),
    Allograph("2", "a long flat base", "fast writers", "8,40 26,8 50,20 44,58 2,96 | 90,94", 0.8),
    Allograph("2", "a drooping base", "Turkey, India", "8,22 30,2 50,18 38,56 10,82 | 30,84 58,100", 0.6),
    # 3
    Allograph("3", "two bows", EVERYWHERE, "8,14 34,2 52,20 28,46 | 56,66 34,98 4,86", 3),
    Allograph("3", "a flat top", "continental Europe, East Asia", "6,4 54,4 | 26,42 56,62 36,98 4,88", 2),
    Allograph("3", "no point between the bows", "fast writers", "8,14 34,2 50,22 34,44 54,70 30,98 4,84", 1.5),
    Allograph("3", "a loop between the bows", "cursive writers", "8,12 34,2 50,22 32,46 20,46 28,38 54,66 32,98 4,86", 1.2),
    Allograph("3", "a long lower bow", EVERYWHERE, "10,8 40,2 46,24 22,38 | 56,60 30,100 -2,80"),
    Allograph("3", "a hook at the start", EVERYWHERE, "18,24 10,14 32,2 52,18 30,44 | 56,68 34,98 2,86"),
    Allograph("3", "straight lines", "engineers, children", "6,2 50,4 | 22,42 | 54,72 | 6,98", 0.8),
    Allograph("3", "an end that curls", "cursive writers", "8,14 34,2 52,20 28,46 | 56,68 30,98 6,88 12,76"),
    Allograph("3", "a small upper bow", "fast writers", "16,10 34,2 44,16 30,32 | 58,58 34,98 2,84"),
    Allograph("3", "a lower bow that ends early", "fast writers", "8,12 36,2 48,20 26,42 | 48,56 46,80 26,100", 0.8),
    Allograph("3", "a flat top and a tail", "Turkey, fast writers", "4,8 48,4 | 30,36 | 50,50 50,76 22,100", 0.8),
    Allograph("3", "a flat top and a small bow", "India, East Asia", "12,2 50,2 | 32,30 56,50 50,86 4,98", 0.8),
    # 4
    Allograph("4", "an open top", EVERYWHERE, "14,2 6,58 | 60,56 ; 44,20 42,100", 3),
    Allograph("4", "a round open top", "cursive writers", "12,4 6,38 14,56 38,58 58,48 ; 50,6 46,100", 1.5),
    Allograph("4", "a closed top in one stroke", "print, children", "44,100 44,2 | 2,66 | 64,66"),
    Allograph("4", "a closed top", EVERYWHERE, "42,2 2,64 | 64,64 ; 42,4 42,100", 2),
    Allograph("4", "a wide open top", "the United States, Turkey", "10,6 4,52 | 62,52 ; 58,2 54,100", 1.2),
    Allograph("4", "an open top in one stroke", "fast writers", "12,2 6,52 | 50,48 | 56,6 | 46,100", 1.2),
    Allograph("4", "a round top in one stroke", "cursive writers, India", "10,4 6,40 26,56 48,42 54,6 | 44,100", 1.2),
    Allograph("4", "the top of a nine", "fast writers", "46,6 10,38 20,58 46,46 50,8 | 44,100", 0.7),
    Allograph("4", "a short stem", "continental Europe, Turkey", "22,0 2,62 | 62,62 ; 38,40 34,100", 2),
    Allograph("4", "a low small stem", "Turkey, fast writers", "20,0 4,66 18,80 56,64 ; 42,48 38,100", 1),
    Allograph("4", "a stem below the bar only", "Germany, Turkey", "34,0 2,60 | 62,60 ; 42,56 38,100", 1),
    Allograph("4", "a slanting open top", "Turkey, the Balkans", "30,0 8,54 | 60,48 ; 44,26 28,100", 1.5),
    Allograph("4", "a looped corner", "cursive writers", "34,2 8,50 2,62 14,60 62,54 ; 46,28 40,100", 1),
    Allograph("4", "a stem that crosses far", EVERYWHERE, "20,10 0,58 | 76,58 ; 42,-4 38,104", 0.8),
    Allograph("4", "a small top and a long stem", "fast writers", "22,4 14,40 | 50,38 ; 46,4 40,100", 1.2),
    Allograph("4", "a lightning in one stroke", "fast writers, Turkey", "30,0 6,56 | 48,50 | 54,34 | 40,100", 1.2),
    Allograph("4", "a foot", "engineers", "42,2 2,64 | 64,64 ; 42,4 42,98 ; 28,100 58,99", 0.4),
    # 5
    Allograph("5", "a top in the same stroke", EVERYWHERE, "54,4 16,4 | 10,44 34,36 56,62 36,98 4,88", 3),
    Allograph("5", "a top of its own", EVERYWHERE, "16,4 12,44 34,36 56,62 36,98 4,88 ; 16,4 60,2", 3),
    Allograph("5", "a top that floats", "fast writers", "16,14 12,46 34,38 56,64 36,98 4,88 ; 26,4 68,-2", 1.5),
    Allograph("5", "the shape of an S", "fast writers", "52,8 24,4 10,28 32,48 54,68 34,98 4,88", 1.5),
    Allograph("5", "hardly a top", "fast writers", "22,2 14,42 38,40 56,66 32,98 4,88 ; 22,3 38,1", 1),
    Allograph("5", "straight lines", "engineers, digital clocks", "54,2 10,2 | 8,46 | 48,46 | 52,94 | 4,96", 0.8),
    Allograph("5", "a closed belly", "cursive writers", "56,3 18,5 | 12,46 36,38 56,66 34,98 10,94 8,80", 0.8),
    Allograph("5", "a top across the stem", "India, East Asia", "16,0 12,44 34,36 56,62 36,98 4,88 ; -4,6 58,3", 1),
    Allograph("5", "a high stem and a small belly", "fast writers", "16,2 12,58 34,52 50,74 30,98 2,92 ; 16,4 62,2", 1),
    Allograph("5", "a hanging top", "cursive writers", "18,8 10,46 36,40 54,66 30,98 2,86 ; 18,8 34,12 60,0", 1),
    Allograph("5", "a wide top", "Turkey, the Balkans", "20,6 16,36 38,36 50,64 28,98 0,90 ; 18,6 80,2", 1.2),
    Allograph("5", "a belly first", "left-handers", "4,88 34,98 56,66 34,38 12,44 | 16,4 | 58,3", 0.4),
    # 6
    Allograph("6", "a bow", EVERYWHERE, "44,2 14,34 4,72 26,98 52,80 40,54 8,70", 3),
    Allograph("6", "a straight stem", EVERYWHERE, "40,0 10,56 6,82 26,98 50,82 40,58 8,76", 2),
    Allograph("6", "a small bowl", "fast writers", "40,0 12,50 8,88 28,98 44,82 32,66 10,80", 1.2),
    Allograph("6", "a curled top", "cursive writers", "54,14 42,2 14,30 4,72 28,98 54,78 36,52 8,68"),
    Allograph("6", "the shape of a b", EVERYWHERE, "10,0 6,60 10,92 38,98 54,78 36,58 8,72", 1.2),
    Allograph("6", "an open bowl", "fast writers", "42,2 10,42 6,80 28,98 50,80 40,60 22,64", 1),
    Allograph("6", "a spiral", EVERYWHERE, "44,4 12,36 6,78 30,98 54,76 38,52 16,62 18,80"),
    Allograph("6", "a bowl of its own", "children", "38,0 8,68 ; 10,76 30,54 52,76 30,98 8,78", 0.8),
    Allograph("6", "a wide bowl", "children", "36,2 6,46 6,84 36,100 68,82 56,56 10,66"),
    Allograph("6", "a loop at the top", "cursive writers", "30,24 46,8 36,0 14,32 4,74 28,98 52,78 36,54 8,70", 0.5),
    Allograph("6", "a bowl that overshoots", "fast writers", "44,2 14,34 6,76 30,98 52,78 38,54 8,66 -8,84", 0.7),
    # 7
    Allograph("7", "a plain top", EVERYWHERE, "4,6 56,4 | 22,100", 3),
    Allograph("7", "a curved stem", EVERYWHERE, "4,8 56,4 | 32,44 24,100", 1.5),
    Allograph("7", "a bar", "continental Europe, Turkey, Latin America, the Arab world", "4,6 56,4 | 22,100 ; 12,52 56,48", 3),
    Allograph("7", "a bar across a curved stem", "continental Europe, Latin America", "4,8 56,4 | 32,46 24,100 ; 8,54 60,48", 1.5),
    Allograph("7", "a serif", "East Asia, print", "4,24 4,4 | 56,4 | 22,100", 1.2),
    Allograph("7", "a long serif", "Japan, Korea", "4,36 5,4 | 54,4 | 46,40 24,100", 1),
    Allograph("7", "serif and bar", "France, Italy, Germany", "2,24 4,4 | 56,4 | 22,100 ; 10,54 54,50", 1.5),
    Allograph("7", "a wavy top", "cursive writers", "2,18 16,4 36,12 58,2 | 24,100", 1.2),
    Allograph("7", "a wavy top and a bar", "continental Europe, Turkey", "2,18 16,4 36,12 58,2 | 26,100 ; 10,56 58,50", 2),
    Allograph("7", "a curl and a bar", "Turkey, the Balkans, Italy", "10,22 4,10 16,2 32,12 58,2 | 34,50 26,100 ; 6,56 60,48", 1.5),
    Allograph("7", "a hook, a round corner and a bar", "Turkey, the Balkans, Italy", "6,26 0,12 12,2 42,3 54,12 38,46 24,100 ; 2,60 60,56", 1.5),
    Allograph("7", "a hook, a round corner and a low bar", "Turkey, the Balkans", "8,22 4,10 16,2 44,4 50,18 34,56 28,98 ; 4,72 60,66", 1.2),
    Allograph("7", "a knot and a bar", "Turkey, cursive writers", "16,10 6,16 2,8 16,4 34,10 52,2 | 34,50 26,100 ; 4,60 60,54", 0.8),
    Allograph("7", "a hook, a bowed stem and a bar", "Turkey, the Balkans", "4,24 8,6 30,4 52,8 50,26 30,56 26,98 ; 2,60 62,54", 1.2),
    Allograph("7", "a bar that pulls down", "Latin America, Turkey", "2,10 16,2 48,4 | 30,52 24,98 ; 4,58 34,54 64,66", 0.8),
    Allograph("7", "a curl", "cursive writers", "12,20 2,14 12,2 34,10 58,2 | 34,50 24,100", 0.8),
    Allograph("7", "a rounded corner", "fast writers", "4,12 22,4 46,4 52,16 36,52 26,100", 1.2),
    Allograph("7", "a rounded corner and a bar", "Turkey, Latin America", "4,14 22,4 46,4 52,18 36,54 26,100 ; 10,58 62,52", 1.5),
    Allograph("7", "a low bar", "continental Europe", "4,6 56,4 | 20,100 ; 8,68 50,64", 1),
    Allograph("7", "a slanting bar", "Turkey, Latin America", "2,8 54,4 | 26,100 ; 8,64 56,40", 1),
    Allograph("7", "a long bar", "fast writers", "8,8 54,4 | 26,100 ; -8,56 76,50", 1),
    Allograph("7", "a small top and a long bar", "Turkey, fast writers", "10,10 44,2 | 26,100 ; 2,50 66,46", 1),
    Allograph("7", "a bar in the same stroke", "fast writers", "4,6 56,4 | 34,56 24,98 | 8,60 | 56,52", 0.4),
    Allograph("7", "a drooping top", "fast writers", "2,20 50,2 | 24,100", 0.8),
    Allograph("7", "a wide top", "children", "-6,6 66,2 | 30,100", 0.8),
    # 8
    Allograph("8", "one stroke from the top right", EVERYWHERE, "48,14 26,2 8,22 30,46 54,74 30,98 6,74 32,46 52,22 46,11", 3),
    Allograph("8", "two rings", "children, the United States", "30,2 10,24 30,46 50,24 31,2 ; 30,46 6,72 30,98 54,72 31,47", 2),
    Allograph("8", "one stroke from the middle", "left-handers", "30,48 50,24 30,2 10,24 30,48 54,74 30,98 6,74 29,49"),
    Allograph("8", "an open top", "fast writers", "50,6 16,6 10,28 50,68 30,98 6,78 54,4", 1.5),
    Allograph("8", "an open top that crosses", "fast writers", "56,14 26,2 8,22 34,48 52,74 28,98 6,78 28,50 48,-4"),
    Allograph("8", "a ribbon", "fast writers, Turkey", "56,0 38,30 12,76 24,98 42,80 26,44 4,12", 0.8),
    Allograph("8", "a hardly closed top", "fast writers", "52,20 36,2 12,10 20,36 50,70 28,98 8,78 40,36 58,8", 0.8),
    Allograph("8", "a ring below a V", "fast writers", "6,2 30,48 48,74 28,98 10,76 30,46 56,0", 0.5),
    Allograph("8", "an hourglass", "engineers", "8,4 52,4 | 6,98 | 56,98 | 8,5", 0.5),
    Allograph("8", "a small lower ring", "fast writers", "46,14 26,2 4,22 28,54 44,78 28,98 12,80 30,54 56,24 44,10"),
    Allograph("8", "one stroke from the top left", "left-handers", "10,14 30,2 52,22 30,46 6,74 30,98 54,74 28,46 8,22 16,10"),
    Allograph("8", "a loop that ends below", "cursive writers", "52,6 22,6 12,26 46,62 40,96 12,92 18,64 58,10"),
    Allograph("8", "rings apart", "children", "30,2 12,22 30,42 48,22 31,2 ; 30,52 8,74 30,98 52,74 31,53", 0.5),
    Allograph("8", "a gap", "fast writers", "46,16 26,2 8,22 30,46 54,74 30,98 6,76 26,54", 0.5),
    # 9
    Allograph("9", "a straight stem", EVERYWHERE, "48,24 24,2 6,26 26,48 48,22 | 46,100", 3),
    Allograph("9", "a bowed stem", EVERYWHERE, "50,20 26,2 6,26 28,48 50,18 50,54 36,100", 2),
    Allograph("9", "a hooked tail", "continental Europe, Turkey", "50,20 24,2 6,26 28,48 50,18 52,62 30,98 6,88", 3),
    Allograph("9", "a curled tail", "France, Turkey, the Balkans", "50,22 26,2 6,26 28,48 50,18 50,72 30,100 4,86 12,74", 1.5),
    Allograph("9", "a looped tail", "cursive writers", "50,20 26,2 6,26 28,48 50,18 46,82 22,100 4,84 28,68 58,58", 0.7),
    Allograph("9", "a slanting stem", "fast writers", "50,14 26,2 4,28 22,46 50,14 | 22,100", 1.5),
    Allograph("9", "an open bowl", "fast writers", "44,6 14,12 8,38 30,46 48,26 | 50,8 | 46,100", 0.8),
    Allograph("9", "an open bowl and a hooked tail", "Turkey, fast writers", "46,8 18,6 8,32 30,44 50,14 | 54,62 30,98 4,88", 1.5),
    Allograph("9", "a stem of its own", "children", "30,2 8,24 30,48 52,26 31,2 ; 52,10 50,100"),
    Allograph("9", "a spiral", EVERYWHERE, "30,44 10,32 22,4 50,14 46,60 16,98", 1),
    Allograph("9", "a foot to the right", "Spain, Latin America", "48,24 24,2 6,26 26,48 48,22 | 44,84 50,98 62,92", 0.4),
    Allograph("9", "a small bowl and a wide tail", "Turkey, the Balkans", "46,16 28,2 14,22 30,38 48,18 56,62 34,98 2,86", 2),
    Allograph("9", "a tiny bowl and a wide tail", "Turkey, the Balkans", "40,10 26,0 16,14 28,28 42,14 | 50,60 30,96 -6,90", 1.5),
    Allograph("9", "a tiny open bowl and a wide tail", "Turkey, the Balkans", "42,6 24,2 14,16 28,30 44,12 | 52,60 28,98 -4,92", 1.2),
    Allograph("9", "a bowl like a knot", "Turkey, fast writers", "44,18 34,4 22,12 32,24 46,12 50,56 40,88 8,98", 0.8),
    Allograph("9", "a loop above a bow", "Turkey, the Balkans", "34,34 16,20 24,2 42,8 36,30 | 54,58 34,96 -4,88", 1.2),
    Allograph("9", "a loop that flows into a bow", "Turkey, the Balkans", "36,36 14,22 24,2 44,10 34,34 54,60 32,98 -6,86", 1),
    Allograph("9", "an open bowl like a 3's", "Turkey, the Balkans", "44,8 22,4 10,24 26,40 48,18 | 54,66 32,98 2,88", 1.5),
    Allograph("9", "the shape of a g", "India, cursive writers", "48,8 22,2 6,26 24,46 46,30 48,8 | 50,70 28,100 4,90", 1.2),
    Allograph("9", "a wide bowl and a short stem", "children", "66,24 34,2 2,30 30,60 64,28 | 60,100", 0.8),
    Allograph("9", "a bowl of straight lines", "engineers", "50,46 10,46 | 8,4 | 50,2 | 50,98 | 8,98", 0.5),
)  # fmt: skip
"""Every way to write each digit."""

LETTERS = tuple(
    Allograph(character, name, EVERYWHERE, path)
    for character, name, path in (
        ("A", "a bar", "2,100 32,0 62,100 ; 12,64 52,64"),
        ("A", "a point in one stroke", "2,100 32,0 | 62,100 | 12,60 | 54,60"),
        ("A", "a round top", "4,100 10,20 32,2 54,20 60,100 ; 6,58 58,58"),
        ("A", "a sharp top", "32,0 0,100 ; 32,0 64,100 ; 14,60 50,62"),
        ("E", "four strokes", "8,0 8,100 ; 8,1 56,0 ; 8,50 48,49 ; 8,100 58,99"),
        ("E", "a stroke and three bars", "56,2 8,2 | 8,98 | 58,98 ; 8,50 46,50"),
        ("E", "bows", "54,12 28,2 8,24 34,46 | 4,70 26,98 58,88"),
        ("F", "three strokes", "8,0 8,100 ; 8,1 58,0 ; 8,48 48,47"),
        ("F", "a stroke and a bar", "58,2 10,2 | 8,100 ; 8,48 46,46"),
        ("H", "three strokes", "6,0 6,100 ; 56,0 56,100 ; 6,50 56,48"),
        ("H", "slanting stems", "12,0 4,100 ; 62,0 52,100 ; 4,54 60,48"),
        ("K", "two strokes", "8,0 8,100 ; 56,2 10,54 | 58,100"),
        ("K", "three strokes", "8,0 8,100 ; 56,2 10,56 ; 22,46 58,100"),
        ("M", "points", "2,100 8,0 | 38,66 | 66,0 | 74,100"),
        ("M", "stems", "4,100 4,0 | 38,60 | 72,0 | 72,100"),
        ("M", "rounds", "2,98 12,10 26,10 34,70 | 46,10 60,10 70,98"),
        ("N", "points", "4,100 6,0 | 54,100 | 58,0"),
        ("N", "three strokes", "6,0 6,100 ; 6,2 56,98 ; 56,0 56,100"),
        ("P", "a stem", "8,0 8,100 ; 6,4 50,8 50,44 8,52"),
        ("R", "two strokes", "8,0 8,100 ; 8,2 52,14 10,48 | 56,100"),
        ("R", "one stroke", "8,100 8,2 50,8 46,42 12,52 | 58,100"),
        ("R", "a wide head", "6,2 4,100 ; 0,8 44,2 54,30 6,50 | 60,98"),
        ("W", "points", "0,0 18,100 | 38,30 | 58,100 | 76,0"),
        ("W", "rounds", "2,2 8,84 24,96 38,40 | 44,90 64,94 74,2"),
        ("X", "two strokes", "2,0 60,100 ; 60,0 2,100"),
        ("X", "curved strokes", "2,6 22,10 44,90 64,94 ; 60,2 2,98"),
        ("T", "a stem", "0,2 64,0 ; 32,2 32,100"),
        ("V", "a point", "2,0 30,100 | 60,0"),
        ("d", "a stem", "46,56 22,44 6,70 22,98 46,76 ; 48,0 48,100"),
        ("e", "a bar", "6,60 56,54 40,22 10,40 8,80 34,98 60,84"),
        ("f", "a bar", "54,10 38,0 26,20 26,100 ; 6,42 50,40"),
        ("h", "a bow", "8,0 8,100 | 12,60 34,44 48,60 48,100"),
        ("h", "a loop", "4,96 30,20 24,0 12,20 10,100 | 22,56 42,56 44,98 58,92"),
        ("h", "a wide bow", "6,0 8,100 ; 8,62 40,50 58,66 60,100"),
        ("k", "two strokes", "8,0 8,100 ; 46,36 10,68 | 50,100"),
        ("k", "a loop", "4,96 28,20 22,0 12,20 10,100 | 20,52 44,50 34,68 14,70 | 50,98"),
        ("m", "bows", "4,30 6,100 | 12,42 28,34 36,54 36,100 | 42,44 58,34 68,54 68,100"),
        ("m", "points", "2,98 14,30 | 26,96 | 42,30 | 56,96 70,84"),
        ("m", "rounds", "0,60 8,34 16,44 16,98 | 20,50 34,32 44,46 44,98 | 50,48 66,34 74,50 78,96 88,88"),
        ("n", "a bow", "6,20 8,100 | 14,40 40,22 52,50 54,100"),
        ("n", "a wave", "2,50 12,24 18,98 | 28,40 46,26 52,60 56,96 68,86"),
        ("p", "a bowl", "8,20 8,100 ; 8,30 44,22 48,56 8,64"),
        ("v", "a point", "4,24 28,98 | 56,22"),
        ("w", "points", "0,30 16,98 | 36,46 | 54,98 | 72,30"),
        ("w", "rounds", "2,30 6,84 24,96 36,50 | 42,92 60,94 72,28"),
        ("x", "two strokes", "6,26 56,98 ; 54,26 4,98"),
        ("x", "curves", "4,34 22,34 32,60 36,92 56,92 ; 56,30 40,36 28,76 6,96"),
    )
)
"""Letters that nobody takes for a digit; those that people do (O, I, l, Z, S, b, g, q, y) are left out."""

SYMBOLS = tuple(
    Allograph(character, name, EVERYWHERE, path)
    for character, name, path in (
        ("☆", "a star", "50,0 78,92 | 2,34 | 98,34 | 22,92 | 50,0"),
        ("♥", "a heart", "50,30 28,2 4,24 50,98 | 96,24 72,2 50,30"),
        ("△", "a triangle", "50,0 98,90 | 2,90 | 50,0"),
        ("→", "an arrow", "0,50 100,50 ; 76,26 100,50 | 76,76"),
        ("↑", "an arrow", "40,100 40,0 ; 8,34 40,0 | 70,34"),
        ("?", "a question mark", "6,22 30,2 54,22 32,48 30,72 ; 30,96"),
        ("%", "a per cent sign", "76,0 8,100 ; 16,4 4,18 16,32 28,18 17,4 ; 70,66 58,82 70,98 82,82 71,66"),
        ("&", "an ampersand", "70,96 14,30 24,2 44,16 6,68 24,98 70,50"),
        ("@", "an at sign", "60,40 40,34 30,60 44,72 60,40 | 66,70 88,56 78,10 30,4 2,50 26,96 80,92"),
        ("÷", "a division sign", "4,50 80,50 ; 42,20 ; 42,80"),
        ("√", "a root", "0,60 14,50 | 34,98 | 54,0 | 110,0"),
        ("π", "a pi", "0,14 80,8 ; 24,12 16,98 ; 58,10 58,86 72,96"),
        ("Σ", "a sigma", "60,6 4,4 | 36,50 | 2,98 | 64,96"),
        ("∞", "an infinity sign", "50,30 22,2 2,30 22,58 50,30 78,2 98,30 78,58 50,30"),
        ("ω", "an omega", "14,20 2,60 20,94 40,70 | 60,94 82,62 66,20"),
        ("✉", "an envelope", "2,4 120,4 | 120,84 | 2,84 | 2,4 ; 2,6 60,52 | 118,6"),
        ("⌂", "a house", "8,40 8,98 | 82,98 | 82,40 | 45,2 | 8,40 ; 36,98 36,66 | 56,66 | 56,98"),
        ("♪", "a note", "48,80 30,74 20,88 36,98 48,84 | 50,0 | 78,20"),
        ("€", "a euro sign", "60,12 30,2 12,50 30,98 62,88 ; 0,38 46,36 ; 0,58 44,58"),
        ("人", "two strokes that lean", "40,0 30,50 2,98 ; 34,34 56,76 84,98"),
        ("木", "a tree", "4,30 84,28 ; 44,0 44,100 ; 42,30 4,84 ; 46,30 88,84"),
        ("田", "a field", "4,4 80,4 | 80,92 | 4,92 | 4,4 ; 42,4 42,92 ; 4,48 80,48"),
    )
)
"""Symbols and signs that are no digits."""
