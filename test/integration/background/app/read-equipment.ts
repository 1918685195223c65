import cds from '@sap/cds'

/** Which equipment is read through which required service. */
export interface Read {
  readonly remote: string
  readonly marker: string
}

/** What came of a call: nothing special, or an error. */
export type Outcome = 'done' | { readonly code: string; readonly message: string }

const outcomes = new Map<string, Outcome[]>()

export function outcomesOf(marker: string): Outcome[] {
  return outcomes.get(marker) ?? []
}

/** Reads equipment from S/4 as whoever is current, and keeps what came of it. */
export async function readEquipment(what: Read): Promise<void> {
  const outcome = await read(what)
  outcomes.set(what.marker, [...outcomesOf(what.marker), outcome])
}

async function read({ remote, marker }: Read): Promise<Outcome> {
  try {
    const s4 = await cds.connect.to(remote)
    await s4.run(SELECT.from('API_EQUIPMENT.Equipment').where({ Equipment: marker }))
    return 'done'
  } catch (error) {
    const { code, message } = error as Error & { code: string }
    return { code, message }
  }
}
