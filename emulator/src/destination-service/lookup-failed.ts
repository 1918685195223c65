/** A look-up that is not answered with a destination. */
export class LookUpFailed extends Error {
  readonly status: number

  constructor(status = 404, message = 'Configuration with the specified name was not found') {
    super(message)
    this.status = status
  }
}
