/** Those who wait until nothing is under way. */
export class Quiet {
  private waiting: { files: boolean; come: () => void }[] = []

  /** @param is whether it is now; with files under way, or only without */
  constructor(private readonly is: (files: boolean) => boolean) {}

  come(files: boolean): Promise<void> {
    if (this.is(files)) return Promise.resolve()
    return new Promise((come) => this.waiting.push({ files, come }))
  }

  look(): void {
    const over = this.waiting.filter(({ files }) => this.is(files))
    this.waiting = this.waiting.filter((w) => !over.includes(w))
    for (const { come } of over) come()
  }
}
