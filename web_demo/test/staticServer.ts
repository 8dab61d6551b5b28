import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** A host of files as there are many: it sends no headers of its own. */
export class StaticServer {
  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  /**
   * @param read - The content of a path such as `index.html`, null if there is none.
   * @param folder - Where on the host it lies, such as `/` or `/some/where/`.
   */
  static async start(
    read: (path: string) => Uint8Array | null,
    folder: string,
  ): Promise<StaticServer> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const path = pathname.startsWith(folder) ? pathname.slice(folder.length) || 'index.html' : '';
      const content = path === '' ? null : read(path);
      response.writeHead(content === null ? 404 : 200, {
        'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      });
      response.end(content);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new StaticServer(server, `http://127.0.0.1:${port}${folder}`);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
