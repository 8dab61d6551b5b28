/** Cells, which may repeat, and the share of each in what is predicted. */
export class Votes {
  static readonly NONE = new Votes([], []);

  constructor(
    readonly cells: ArrayLike<number>,
    readonly shares: ArrayLike<number>,
  ) {}

  get size(): number {
    return this.cells.length;
  }

  get sum(): number {
    let sum = 0;
    for (let n = 0; n < this.shares.length; n++) sum += this.shares[n]!;
    return sum;
  }

  /** These and others. */
  and(others: Votes): Votes {
    return new Votes(
      [...Array.from(this.cells), ...Array.from(others.cells)],
      [...Array.from(this.shares), ...Array.from(others.shares)],
    );
  }
}
