/** What the check looks at. */
export interface Equipment {
  Equipment: string
  MaintenancePlant: string
  FunctionalLocationLabelName: string | null
  EquipmentIsInstalled: boolean | null
  AssetManufacturerName: string | null
  ManufacturerSerialNumber: string | null
  ConstructionYear: string | null
}

/** The elements of {@link Equipment}. */
export const columns = [
  'Equipment',
  'MaintenancePlant',
  'FunctionalLocationLabelName',
  'EquipmentIsInstalled',
  'AssetManufacturerName',
  'ManufacturerSerialNumber',
  'ConstructionYear'
] as const satisfies (keyof Equipment)[]

/** A piece of equipment whose data can't be right. */
export interface Finding {
  equipment: string
  plant: string
  problem: string
}

/** What can't be right, in a sentence; with all others, where it takes a comparison. */
type Rule = (each: Equipment, context: { year: number; serials: Set<string> }) => string | undefined

const rules: Rule[] = [
  ({ EquipmentIsInstalled: installed, FunctionalLocationLabelName: location }) =>
    installed && !location ? 'is installed nowhere' : undefined,
  ({ EquipmentIsInstalled: installed, FunctionalLocationLabelName: location }) =>
    location && !installed ? 'has a functional location, and is not installed' : undefined,
  ({ MaintenancePlant: plant, FunctionalLocationLabelName: location }) =>
    location && location.split('-', 1)[0] !== plant ? 'is installed in another plant' : undefined,
  ({ ConstructionYear: constructed }, { year }) =>
    Number(constructed) > year ? 'was constructed in the future' : undefined,
  (each, { serials }) => {
    const serial = serialOf(each)
    if (!serial) return undefined
    if (serials.has(serial)) return "has another one's serial number"
    serials.add(serial)
    return undefined
  }
]

/**
 * Checks all of them.
 *
 * @param year - the current one
 */
export function findings(all: readonly Equipment[], year: number): Finding[] {
  const context = { year, serials: new Set<string>() }
  return all.flatMap((each) =>
    rules
      .map((rule) => rule(each, context))
      .filter((problem) => problem !== undefined)
      .map((problem) => ({ equipment: each.Equipment, plant: each.MaintenancePlant, problem }))
  )
}

const serialOf = ({ AssetManufacturerName: by, ManufacturerSerialNumber: number }: Equipment) =>
  by && number && JSON.stringify([by, number])
