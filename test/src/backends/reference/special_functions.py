"""Makes special-values.ts, the known answers of special.test.ts, and prints the tables of src/backends/reference/special.ts.

Needs mpmath 1.4.1: python special_functions.py > special-values.ts
The tables: python special_functions.py tables
"""
import sys

from mpmath import (bernoulli, cos, digamma, erf, erfc, erfinv, euler, exp, findroot, gamma, log, log1p, loggamma, mp,
                    mpf, pi, sqrt, taylor, zeta)

mp.dps = 60


def normal_below(x):
    return erfc(-x / sqrt(2)) / 2


FUNCTIONS = {
    "erf": erf,
    "erfc": erfc,
    "erfinv": erfinv,
    "lgamma": lambda x: log(abs(gamma(x))) if abs(x) < 100 else loggamma(x),
    "digamma": digamma,
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "softplus": lambda x: log1p(exp(x)),
    "silu": lambda x: x / (1 + exp(-x)),
    "gelu": lambda x: x * normal_below(x),
    "geluSlope": lambda x: normal_below(x) + x * exp(-x * x / 2) / sqrt(2 * pi),
    "geluTanh": lambda x: x / (1 + exp(-sqrt(8 / pi) * (x + mpf("0.044715") * x**3))),
}
WIDE = [0.001, 0.1, 0.49, 0.5, 0.51, 0.7, 0.99, 1.01, 1.3, 1.9, 2.2, 3.0, 4.4, 5.9, 8.0, 12.5, 20.0, 26.0, 36.5]
BOTH = [x for size in [1e-300, 1e-9, *WIDE] for x in (size, -size)]
POINTS = {
    "erf": BOTH,
    "erfc": BOTH,
    "erfinv": [s * x for x in (1e-300, 1e-9, 1e-4, 0.01, 0.3, 0.5, 0.7, 0.9, 0.999, 1 - 2**-20, 1 - 2**-53) for s in (1, -1)],
    "lgamma": [1e-300, 1e-9, *WIDE, 0.9999999, 1.0000001, 1.9999999, 2.0000001, 2.5, 9.99, 10.01, 100.5, 1e4, 1e10, 1e300,
               -0.5, -1e-9, -1.5, -3.75, -20.3],
    "digamma": [1e-300, 1e-9, *WIDE, 1.4616321449683622, 1.4616, 1.2, 1.75, 1.8, 9.99, 10.0, 100.5, 1e4, 1e10, 1e300,
                -0.25, -1e-9, -1.5, -3.75, -20.3],
    "sigmoid": [*BOTH, 100.0, -100.0, -700.0],
    "softplus": [*BOTH, 100.0, -100.0, -700.0, 1e4],
    "silu": [*BOTH, 100.0, -100.0, -700.0],
    "gelu": BOTH,
    "geluSlope": BOTH,
    "geluTanh": BOTH,
}


def values():
    print("// Made by special_functions.py; never edited by hand. [x, f(x)], right to the last digit of float64.")
    print("// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: computed")
    print("export const SPECIAL_VALUES: { readonly [name: string]: readonly (readonly [number, number])[] } = {")
    for name, f in FUNCTIONS.items():
        rows = [(x, float(f(mpf(x)))) for x in POINTS[name]]
        print(f"  {name}: [")
        for x, y in rows:
            print(f"    [{literal(x)}, {literal(y)}],")
        print("  ],")
    print("}")


def literal(x):
    """The shortest literal, as the formatter writes it."""
    text = repr(x).removesuffix(".0").replace("e+", "e").replace("e-0", "e-")
    return text


def scaled_erfc(t):
    """(1 + 2x) e^(x^2) erfc(x) at t = (x - 3.75) / (x + 3.75)."""
    x = mpf(3.75) * (1 + t) / (1 - t)
    if x < 50:
        return (1 + 2 * x) * exp(x * x) * erfc(x)
    total, term = mpf(0), mpf(1)
    for n in range(1, 60):
        total += term
        term *= -(2 * n - 1) / (2 * x * x)
    return (1 + 2 * x) * total / (x * sqrt(pi))


def tables():
    nodes = [pi * (j + mpf(1) / 2) / 80 for j in range(80)]
    heights = [scaled_erfc(cos(angle)) for angle in nodes]
    chebyshev = [sum(h * cos(n * angle) for h, angle in zip(heights, nodes)) / 40 for n in range(80)]
    print("SCALED_ERFC", [float(c) for c in chebyshev[:25]])
    print("ZETA_TERMS", [float((zeta(k) - 1) / k) for k in range(2, 31)])
    print("ONE_LESS_EULER", float(1 - euler))
    print("LGAMMA_TAIL", [float(bernoulli(2 * j) / (2 * j * (2 * j - 1))) for j in range(1, 9)])
    print("DIGAMMA_TAIL", [float(bernoulli(2 * j) / (2 * j)) for j in range(1, 9)])
    zero = findroot(digamma, mpf("1.4616321449683623"))
    print("DIGAMMA_ZERO", float(zero), float(zero - mpf(float(zero))))
    print("DIGAMMA_NEAR_ZERO", [float(c) for c in taylor(digamma, zero, 23)[1:]])


tables() if sys.argv[1:] == ["tables"] else values()
