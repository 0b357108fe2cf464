/** Hands a file to the browser's download; letters that file systems refuse become "-". */
export function download(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[\\/:*?"<>|\s]+/g, '-');
  link.click();
  URL.revokeObjectURL(url);
}
