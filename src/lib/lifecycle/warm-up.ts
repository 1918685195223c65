/** Fetches something; resolves to `false` if there is nothing to fetch. */
type Step = () => Promise<unknown>

/** Functions that fetch something before the process is ready, by its name in the log. */
const steps = new Map<string, Step>()

/** Adds something that is fetched before the process is ready; another one of the same name is replaced. @internal */
export function warmAtStart(name: string, step: Step): void {
  steps.set(name, step)
}

/** Returns all of it by name. @internal */
export function warmUpSteps(): ReadonlyMap<string, Step> {
  return steps
}
