# fmt: off
"""Check a revealed allocation list: verify_allocation.py commitment.json revealed.json [ledger.jsonl]."""
import bisect, collections, functools, hashlib, hmac, itertools, json, math, pathlib, statistics, sys
from fractions import Fraction

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
sha256 = lambda data: hashlib.sha256(data if isinstance(data, bytes) else data.encode()).digest()
mod11_10 = lambda product, digit: ((product + int(digit)) % 10 or 10) * 2 % 11  # ISO/IEC 7064
told_of = lambda kind: [event["data"] for event in events if event["kind"] == kind]

class Stream:  # docs/allocation/algorithm.md: what the seed gives under a label
    def __init__(self, label):
        blocks = (hmac.digest(seed, f"{label}\0".encode() + i.to_bytes(8), "sha256") for i in range(2**64))
        words = (int.from_bytes(block[i : i + 8]) for block in blocks for i in (0, 8, 16, 24))
        self.below = lambda n: next(word for word in words if word < 2**64 - 2**64 % n) % n
        self.had, self.end = collections.Counter(), 0  # (factor, level, arm) up to now; the end of the block
    def pick(self, weights):  # fractions weigh what they do over their common denominator
        whole = math.lcm(*(weight.denominator for weight in weights))
        ends = [int(end * whole) for end in itertools.accumulate(weights)]
        return bisect.bisect(ends, self.below(ends[-1]))
    def numbers(self, n):
        low, drawn = 10 ** (max(4, len(str(10 * n - 1))) - 1), {}
        while len(drawn) < n:
            drawn[low + self.below(9 * low)] = None
        return iter([10 * one + (1 - functools.reduce(mod11_10, str(one), 10)) % 10 for one in drawn])
    def arm(self, method, sizes=(), profile=(("all", 1, "all"),)):  # profile: factor, its weight, level
        table = [[Fraction(self.had[f, level, i], r) for i, r in enumerate(ratio)] for f, _, level in profile]
        x, n = table[0], sum(r * one for r, one in zip(ratio, table[0]))
        weights = [r * (one - min(x) < (p["maximum_imbalance"] or math.inf)) for r, one in zip(ratio, x)]
        if method == "urn":
            weights = [p["urn_start"] + p["urn_added"] * (n - r * one) for r, one in zip(ratio, x)]
        elif method == "permuted_blocks":
            self.end += 0 if n < self.end else sizes[self.below(len(sizes)) if len(sizes) > 1 else 0]
            weights = [r * (Fraction(self.end, sum(ratio)) - one) for r, one in zip(ratio, x)]
        elif method in ("biased_coin", "minimisation"):
            scores = [sum(w * distance(x, k) for (_, w, _), x in zip(profile, table)) for k in range(len(x))]
            weights = [r * (score == min(scores)) for r, score in zip(ratio, scores)]
            if 0 in weights:  # not all lag: one that does is preferred
                one = self.pick(weights) if weights.count(0) < len(x) - 1 else weights.index(max(weights))
                weights = [r * (1 - Fraction(p["probability"])) / (sum(ratio) - min(ratio)) for r in ratio]
                weights[one] += 1 - sum(weights)
        arm = self.pick(weights if any(weights) else [1] * len(x))
        self.had.update((f, level, arm) for f, _, level in profile)
        return p["arms"][arm]

def distance(x, k):  # of the arms in a factor, when the next participant gets arm k; x[k] alone: total
    y = [one + Fraction(i == k, ratio[i]) for i, one in enumerate(x)]
    return {"range": max(y) - min(y), "variance": statistics.variance(y)}.get(p["imbalance"], x[k])
def check(what, found, right):
    pairs = itertools.zip_longest(map(canonical, found), map(canonical, right), fillvalue="nothing")
    wrong.append([f"no. {i} is {a:.200}, not {b:.200}" for i, (a, b) in enumerate(pairs, 1) if a != b])
    print(f"WRONG: {what}: {'; '.join(wrong[-1][:3])}" if wrong[-1] else f"ok: {what}")

wrong, files, again, tree, path = [], [], [], [], "(no file)"
try:
    for path in sys.argv[1:]:
        files.append([json.loads(one) for one in pathlib.Path(path).read_bytes().decode().split("\n") if one])
    path, (public,), (told,), *ledgers = " or ".join(sys.argv[1:]), *files
    committed, seed = public["commitment"], bytes.fromhex(told["seed"])
    p, pool = committed["parameters"], committed["parameters"]["method"] == "minimisation"
    ratio, packed, total = p["ratio"], sum(n for _, n in p["kits"]), len(p["strata"]) * p["slots"]
    numbers, kits = Stream("numbers").numbers(total), Stream("kits").numbers(total * packed)
    lists = {stratum: Stream("pool" if pool else f"list/{stratum}") for stratum in p["strata"]}
    rule = ("permuted_blocks", [p["slots"]]) if pool else (p["method"], p["block_sizes"])
    for stratum, i in itertools.product(p["strata"], range(1, p["slots"] + 1)):
        number, arm, kit = next(numbers), lists[stratum].arm(*rule), [next(kits) for _ in range(packed)]
        salt = hmac.digest(seed, f"salt/{number}".encode() + bytes(9), "sha256").hex()
        again.append(dict(number=number, stratum=stratum, position=i, arm=arm, kits=kit, salt=salt))
        tree.append(sha256(f"\0{number}\n{stratum}\n{i}\n{arm}\n{','.join(map(str, kit))}\n{salt}"))
    while len(tree) > 1:
        tree = [sha256(b"\1" + a + b) if b else a for a, b in itertools.zip_longest(tree[::2], tree[1::2])]
    check("commitment: its digest", [public["digest"]], [sha256(canonical(committed)).hex()])
    check("commitment: to this seed", [committed["seed"]], [sha256(seed).hex()])
    check("commitment: to the list it gives", [committed["root"], committed["slots"]], [tree[0].hex(), total])
    check("revealed: the slots of that list", told["slots"], again)
    check("revealed: the rest", [told["format"], told["parameters"], told["seed"]], [1, p, seed.hex()])
    for log in ledgers:
        at = ["0" * 64, *(e["hash"] for e in log)]
        right = [[i, at[i - 1], sha256(f"{i}\n{at[i - 1]}\n{e['body']}").hex()] for i, e in enumerate(log, 1)]
        check(f"ledger {len(log)}:{at[-1]}", [[e["position"], e["previous"], e["hash"]] for e in log], right)
        events = [e for e in (json.loads(e["body"]) for e in log) if e["study"] == p["study"]]
        allocated, revealed, right = told_of("allocated"), told_of("revealed"), []
        check("ledger: this very commitment", told_of("list sealed"), [public])
        check("ledger: this very reveal", [e["digest"] for e in revealed], [sha256(canonical(told)).hex()])
        order = ["list sealed", *["allocated" for _ in allocated], "locked", "revealed"]
        check("ledger: sealed to revealed in order", [e["kind"] for e in events if e["kind"] in order], order)
        arms, lots, free = Stream("list/all"), Stream("vault"), {slot["number"]: slot for slot in again}
        home = {e["participant"]: ("stratum", e["stratum"]) for e in told_of("screened")}
        for e in allocated:
            profile = [(f, w, level) for (f, w, _), level in zip(p["margins"], e.get("profile", []))]
            want = ("arm", arms.arm("minimisation", (), profile)) if pool else home.get(e["participant"])
            fit = [number for number, slot in free.items() if want in slot.items()] or [0]
            right.append(dict(e, number=free.pop(fit[lots.below(len(fit)) if pool else 0], {}).get("number")))
        check("allocations: the next slot each time", allocated, right)
        check("allocations: one each", who := [e["participant"] for e in allocated], [*dict.fromkeys(who)])
except Exception as error:
    print(f"WRONG: {path} cannot be read: {error!r}")
    sys.exit(2)
print("verdict:", "WRONG" if any(wrong) else "all is right")
sys.exit(any(wrong))  # 0 all is right, 1 something is wrong; and above 2, a file cannot be read
