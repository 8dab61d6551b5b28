/** A word that may be meant, or two without their space. */
export interface FoundWords {
  /** Minus the score. */
  readonly loss: number;

  /** What its slips cost. */
  readonly cost: number;

  /** Its cell, or both. */
  readonly cells: readonly number[];
}

/** The best words found, or pairs of them; of equal ones the cheaper, then the first. */
export class Found {
  readonly best: FoundWords[] = [];

  /** @param k - How many are kept. */
  constructor(private readonly k: number) {}

  /** The loss above which no other is among the best. */
  get worst(): number {
    return this.best[this.k - 1]?.loss ?? Infinity;
  }

  add(found: FoundWords): void {
    if (found.loss > this.worst) return;
    let place = this.best.length;
    while (place > 0 && isBefore(found, this.best[place - 1]!)) place--;
    this.best.splice(place, 0, found);
    if (this.best.length > this.k) this.best.pop();
  }
}

function isBefore(one: FoundWords, other: FoundWords): boolean {
  if (one.loss !== other.loss) return one.loss < other.loss;
  if (one.cost !== other.cost) return one.cost < other.cost;
  const [cell = -1, second = -1] = one.cells;
  const [otherCell = -1, otherSecond = -1] = other.cells;
  return cell !== otherCell ? cell < otherCell : second < otherSecond;
}
