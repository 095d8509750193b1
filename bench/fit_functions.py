"""Fits the coefficients in src/backends/wasm/functions.ts and doubles.ts: least squares whose weights follow the error (Lawson), in mpmath.

Usage: python bench/fit_functions.py        (needs mpmath)
"""
import mpmath as mp

mp.mp.dps = 40


def nodes(a, b, count):
    return [(a + b) / 2 + (b - a) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]


def quotient(f, xs, above, below, rounds=60):
    """Coefficients of P / Q, of the given degrees and Q(0) = 1, with the least relative error; below = 0: a polynomial."""
    values = [f(x) for x in xs]
    weights = [mp.mpf(1) / len(xs)] * len(xs)
    denominators = [mp.mpf(1)] * len(xs)
    best = None
    for turn in range(rounds):
        rows, right = mp.matrix(len(xs), above + below + 1), mp.matrix(len(xs), 1)
        for i, (x, y) in enumerate(zip(xs, values)):
            scale = mp.sqrt(weights[i]) / (y * denominators[i])
            for k in range(above + 1):
                rows[i, k] = scale * x**k
            for k in range(1, below + 1):
                rows[i, above + k] = -scale * y * x**k
            right[i] = scale * y
        solution = mp.qr_solve(rows, right)[0]
        p = [solution[k] for k in range(above + 1)]
        q = [mp.mpf(1)] + [solution[above + k] for k in range(1, below + 1)]
        denominators = [mp.polyval(q[::-1], x) for x in xs]
        errors = [abs(mp.polyval(p[::-1], x) / d / y - 1) for x, d, y in zip(xs, denominators, values)]
        worst = max(errors)
        if best is None or worst < best[0]:
            best = (worst, p, q)
        if turn > 3:
            weights = [w * (e + worst / 1000) for w, e in zip(weights, errors)]
            total = sum(weights)
            weights = [w / total for w in weights]
    return best


def show(name, error, *lists, digits=12):
    print(f"{name}: {mp.nstr(error, 2)}")
    for coefficients in lists:
        print("  ", ", ".join(mp.nstr(c, digits) for c in coefficients))


def exponentials():
    half = mp.log(2) / 2
    error, p, _ = quotient(mp.exp, nodes(-half, half, 80), 6, 0)
    show("EXP", error, p)


def softplus():
    error, p, q = quotient(lambda e: mp.log1p(e) / e, nodes(mp.mpf(0), mp.mpf(1), 60), 3, 3)
    show("LOG1P_ABOVE, before its factor; LOG1P_BELOW", error, p, q)


def normal():
    # With L, a ln 2 of few bits, and r = t^2 + 2 n L, e^(-t^2/2) is 2^n e^(-k r/2) e^((k - 1) t^2/2), where k = ln 2 / L.
    short = mp.floor(mp.log(2) * 2**15) / mp.mpf(2) ** 15
    k = mp.log(2) / short
    print("LN2_SHORT:", mp.nstr(short, 17))
    phi = lambda t: mp.erfc(t / mp.sqrt(2)) / 2 * mp.exp(k * t * t / 2)
    end = mp.mpf("14.2")
    # Denser near 0.
    xs = [end * (x / end) ** 2 for x in nodes(mp.mpf(0), end, 60)]
    error, p, q = quotient(phi, xs, 4, 5)
    factor = p[-1] / q[-1]
    # As functions of -t, beginning with t^4 and t^5: the sign that is left over is in the factor.
    turned = lambda list: [c / list[-1] * (-1) ** (len(list) - 1 - i) for i, c in enumerate(list)]
    show("NORMAL_ABOVE, NORMAL_BELOW", error, turned(p)[:-1], turned(q)[:-1])
    error, p, _ = quotient(lambda r: mp.exp(-k * r / 2), nodes(-mp.log(2), mp.log(2), 80), 5, 0)
    show("NORMAL_EXP, before 2^-32", error, [-factor * c for c in p])


def others():
    half = mp.log(2) / 2
    error, p, _ = quotient(lambda r: (mp.exp(r) - 1 - r) / r**2, nodes(-half, half, 80), 4, 0)
    show("EXP_TAIL", error, p)
    end = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2
    atanh = lambda z: (mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    error, p, _ = quotient(atanh, nodes(mp.mpf(0), end, 60), 3, 0)
    show("ATANH_TAIL", error, p)
    error, p, _ = quotient(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z), nodes(mp.mpf(0), mp.mpf(1), 60), 6, 0)
    show("ERF_HEAD", error, p)


def circle():
    quarter = (mp.pi / 4) ** 2
    sine = lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    error, p, _ = quotient(sine, nodes(mp.mpf(0), quarter, 60), 3, 0)
    show("SIN_TAIL", error, p)
    cosine = lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2
    error, p, _ = quotient(cosine, nodes(mp.mpf(0), quarter, 60), 2, 0)
    show("COS_TAIL", error, p)
    # pi / 2 in parts of 11 bits.
    rest = mp.pi / 2
    for _ in range(3):
        scale = mp.mpf(2) ** (10 - mp.floor(mp.log(rest, 2)))
        part = mp.floor(rest * scale) / scale
        rest -= part
        print("QUARTER_TURN:", mp.nstr(part, 17))
    print("QUARTER_TURN:", mp.nstr(rest, 12))


def arc():
    tail = lambda z: (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    error, p, _ = quotient(tail, nodes(mp.mpf(0), mp.mpf(1), 80), 7, 0)
    show("ATAN_TAIL", error, p)
    error, p, q = quotient(tail, nodes(mp.mpf(0), mp.mpf(1), 80), 2, 3)
    show("ATAN_TAIL as a quotient", error, p, q)


def exponential2():
    error, p, _ = quotient(lambda r: mp.mpf(2) ** r, nodes(-mp.mpf(1) / 2, mp.mpf(1) / 2, 80), 6, 0)
    show("EXP2", error, p)


def doubles():
    half = mp.log(2) / 2
    error, p, _ = quotient(lambda r: (mp.exp(r) - 1 - r) / r**2, nodes(-half, half, 80), 9, 0)
    show("EXP_TAIL for doubles", error, p, digits=16)
    end = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2
    atanh = lambda z: (mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    error, p, _ = quotient(atanh, nodes(mp.mpf(0), end, 60), 7, 0)
    show("ATANH_TAIL for doubles", error, p, digits=16)
    for name, f, end, degree in (("EXP_SHORT", lambda r: (mp.exp(r) - 1 - r) / r**2, half, 5), ("ATANH_SHORT", atanh, end, 4)):
        start = -end if f is not atanh else mp.mpf(0)
        error, p, _ = quotient(f, nodes(start, end, 60), degree, 0)
        show(name, error, p, digits=14)
    high = mp.floor(mp.log(2) * mp.mpf(2) ** 33) / mp.mpf(2) ** 33
    print("LN2:", mp.nstr(high, 17), mp.nstr(mp.log(2) - high, 17))


if __name__ == "__main__":
    doubles()
    circle()
    arc()
    exponential2()
    others()
    exponentials()
    softplus()
    normal()
