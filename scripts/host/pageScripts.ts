// Scripts that run before a page's own, so that showing a workbench takes less processor time.

/** The workbench shows some animations even with reduced motion, and drawing them costs most. */
const STOP_ANIMATIONS = `{
  const still = new CSSStyleSheet();
  still.replaceSync('*, *::before, *::after { animation: none !important; transition: none !important; }');
  document.adoptedStyleSheets.push(still);
}`;

/**
 * VS Code receives each message of its server as a blob and reads it with a FileReader. Chromium stores blobs in its
 * main process, which costs more than the message itself. This script delivers messages as array buffers, which the
 * FileReader returns unchanged, still asynchronously.
 */
const RECEIVE_BYTES = `{
  globalThis.WebSocket = class extends WebSocket {
    constructor(...to) {
      super(...to);
      this.binaryType = 'arraybuffer';
    }
  };
  const { readAsArrayBuffer } = FileReader.prototype;
  FileReader.prototype.readAsArrayBuffer = function (from) {
    if (!(from instanceof ArrayBuffer)) return readAsArrayBuffer.call(this, from);
    queueMicrotask(() => this.onload({ target: { result: from } }));
  };
}`;

export const PAGE_SCRIPTS = [STOP_ANIMATIONS, RECEIVE_BYTES].join('\n');
