/** The log names a new signing key that the previous one did not endorse: anybody may have named it. */
export class SignerChanged extends Error {
  override readonly name = 'SignerChanged';

  constructor(why: string) {
    super(
      `Another key now signs the log of this registry. ${why} The new key was not endorsed with the old one. Ask the operator of the registry whether they lost the old key, and keep this message. If they did not, someone else is serving a copy.`,
    );
  }

  static is(error: unknown): error is SignerChanged {
    return error instanceof SignerChanged;
  }
}
