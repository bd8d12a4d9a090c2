/** The log names another key as the one that signs, and the key before did not endorse it: anybody may have named it. */
export class SignerChanged extends Error {
  override readonly name = 'SignerChanged';

  constructor(why: string) {
    super(
      `Another key signs the log of this registry now. ${why} Whoever named the new key did not have the old one: ask whoever runs the registry whether they lost it, and keep this message. If they did not, somebody else serves a copy.`,
    );
  }

  static is(error: unknown): error is SignerChanged {
    return error instanceof SignerChanged;
  }
}
