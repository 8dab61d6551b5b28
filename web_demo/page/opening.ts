/** Calls back with the content of each file that is chosen or dropped on the page. */
export function onFile(
  input: HTMLInputElement,
  opened: (name: string, content: Uint8Array<ArrayBuffer>) => void,
): void {
  const read = async (file: File | undefined) => {
    if (file !== undefined) opened(file.name, new Uint8Array(await file.arrayBuffer()));
  };
  input.addEventListener('change', () => {
    void read(input.files?.[0]);
    // The same file may be chosen again.
    input.value = '';
  });
  const { classList } = document.body;
  const isFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  document.addEventListener('dragover', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    classList.remove('dropping');
    void read(event.dataTransfer?.files[0]);
  });
}
