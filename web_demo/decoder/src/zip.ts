import { DamagedModelError } from './damaged.js';

const STORED = 0;
const DEFLATED = 8;
const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_SIZE = 46;
const HEADER_SIZE = 30;

interface Member {
  readonly method: number;
  readonly packedSize: number;
  readonly header: number;
}

/** A zip archive at the end of a file. Nothing that it says of itself is trusted. */
export class Zip {
  private readonly view: DataView;
  private readonly members = new Map<string, Member>();

  /**
   * @param content - The whole file; offsets count from its start.
   * @throws DamagedModelError if there is no archive.
   */
  constructor(private readonly content: Uint8Array<ArrayBuffer>) {
    this.view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    const end = this.findEnd();
    const count = this.short(end + 10);
    let at = this.long(end + 16);
    for (let n = 0; n < count; n++) {
      if (this.long(at) !== ENTRY_SIGNATURE) {
        throw new DamagedModelError('The directory of the zip is damaged.');
      }
      const [name, extra, comment] = [28, 30, 32].map((offset) => this.short(at + offset));
      const start = at + ENTRY_SIZE;
      const next = start + name! + extra! + comment!;
      this.members.set(new TextDecoder().decode(content.subarray(start, start + name!)), {
        method: this.short(at + 10),
        packedSize: this.long(at + 20),
        header: this.long(at + 42),
      });
      at = next;
    }
  }

  private findEnd(): number {
    const last = this.content.length - END_SIZE;
    for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
      if (this.long(at) === END_SIGNATURE) return at;
    }
    throw new DamagedModelError('The file has no zip at its end.');
  }

  /**
   * Unpacks a member.
   *
   * @param most - How many bytes it may have, whatever the directory says of its size.
   * @throws DamagedModelError if there is no such member, or it cannot be unpacked.
   */
  async member(name: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
    const member = this.members.get(name);
    if (member === undefined) throw new DamagedModelError(`The zip has no ${name}.`);
    const { header, packedSize, method } = member;
    const start = header + HEADER_SIZE + this.short(header + 26) + this.short(header + 28);
    const end = start + packedSize;
    if (end > this.content.length) throw new DamagedModelError(`${name} lies outside the file.`);
    const packed = this.content.subarray(start, end);
    if (method === DEFLATED) return inflated(name, packed, most);
    if (method !== STORED) throw new DamagedModelError(`${name} is packed in an unknown way.`);
    if (packed.length > most) throw tooLarge(name, most);
    return packed;
  }

  private short(at: number): number {
    this.checkPlace(at, 2);
    return this.view.getUint16(at, true);
  }

  private long(at: number): number {
    this.checkPlace(at, 4);
    return this.view.getUint32(at, true);
  }

  private checkPlace(at: number, size: number): void {
    if (at + size > this.content.length) {
      throw new DamagedModelError('The zip points outside the file.');
    }
  }
}

async function inflated(
  name: string,
  packed: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacking = new DecompressionStream('deflate-raw');
  const reader = new Blob([packed]).stream().pipeThrough(unpacking).getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw new DamagedModelError(`${name} cannot be unpacked: ${String(error)}`);
    });
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    size += value.length;
    if (size > most) {
      void reader.cancel().catch(() => undefined);
      throw tooLarge(name, most);
    }
    chunks.push(value);
  }
}

function tooLarge(name: string, most: number): DamagedModelError {
  return new DamagedModelError(`${name} has more than ${most} bytes.`);
}
