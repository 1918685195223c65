/** The reason why an assertion is refused; the text may be shown to the client, it quotes nothing but names and times. */
export class InvalidAssertion extends Error {}
