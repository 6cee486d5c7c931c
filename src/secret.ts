/** A text that is not told by accident: printed, logged or written as JSON, it says nothing. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  // On the prototype: whoever prints an object prints its own fields.
  get text(): string {
    return this.#text;
  }
}
