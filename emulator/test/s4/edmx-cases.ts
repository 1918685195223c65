import { isCap9 } from '../../../test/support/cap-version.js'

/** Key of new records. */
export const GUID = '11111111-2222-4333-8444-555555555555'
/** Folders of services. */
export const V2 = '/sap/opu/odata/sap'
export const V4 = '/sap/opu/odata4/sap'

/** A service, and one record of it. */
export interface Case {
  readonly name: string
  readonly root: string
  /** Name of the entity set. */
  readonly set: string
  /** Number of generated records. */
  readonly count: number
  readonly create: object
  /** Key predicate of the new record. */
  readonly predicate: string
  /** The same, as the change record has it. */
  readonly key: object
  readonly change: object
  /** A part of the record after the change. */
  readonly changed: object
}

/** One service for each shape of EDMX files. */
export const CASES: readonly Case[] = [
  {
    name: 'V2 with annotations of SAP, composite keys and associations',
    root: `${V2}/API_PLANT_NOTICE`,
    set: 'PlantNotice',
    count: 6,
    create: {
      Plant: '1010',
      NoticeNumber: '900',
      NoticeText: 'new',
      ReportedDate: '/Date(1717200000000)/',
      ReportedTime: 'PT10H00M00S',
      CreatedByUser: 'SOMEBODY'
    },
    predicate: "Plant='1010',NoticeNumber='900'",
    key: { Plant: '1010', NoticeNumber: '900' },
    change: { NoticeText: 'changed' },
    changed: { NoticeText: 'changed', CreatedByUser: 'alice', LastChangedByUser: 'alice' }
  },
  {
    name: 'V2 with complex types, function imports and media',
    root: `${V2}/ZMATERIAL_STOCK_SRV`,
    set: 'StockSet',
    count: 6,
    create: {
      StockGuid: GUID,
      ValidFrom: '/Date(1704067200000)/',
      Material: 'M-1',
      Quantity: '1.500',
      Bin: { StorageType: '001', BinNumber: 'A-1' }
    },
    predicate: `StockGuid=guid'${GUID}',ValidFrom=datetime'2024-01-01T00:00:00'`,
    key: { StockGuid: GUID, ValidFrom: '2024-01-01' },
    change: { Quantity: isCap9 ? '2.25' : '2.250', Bin: { StorageType: '002', BinNumber: 'A-1' } },
    changed: { Quantity: isCap9 ? '2.25' : '2.250', Bin: { StorageType: '002', BinNumber: 'A-1' } }
  },
  {
    name: 'V4 with containment, actions and functions',
    root: `${V4}/CE_INSPECTION_0001`,
    set: 'InspectionLot',
    count: 6,
    create: {
      InspectionLot: '900',
      InspectionText: 'new',
      Plant: '1010',
      LotQuantity: 3.5,
      _Characteristic: [{ Characteristic: '0001', MeasuredValue: 1.5 }]
    },
    predicate: "'900'",
    key: { InspectionLot: '900' },
    change: { InspectionText: 'changed' },
    changed: {
      InspectionText: 'changed',
      LotQuantity: isCap9 ? 3.5 : '3.500',
      LastChangedByUser: 'alice'
    }
  },
  {
    name: 'V4 with annotations of drafts',
    root: `${V4}/UI_PERMIT`,
    set: 'Permit',
    count: 6,
    create: { PermitUUID: GUID, IsActiveEntity: true, PermitText: 'new', PermitPlant: '1010' },
    predicate: `PermitUUID=${GUID},IsActiveEntity=true`,
    key: { PermitUUID: GUID, IsActiveEntity: true },
    change: { PermitText: 'changed' },
    changed: { PermitText: 'changed', IsActiveEntity: true, HasDraftEntity: false }
  },
  {
    name: 'V4 with names that are keywords, an enumeration, a collection and a stream',
    root: `${V4}/KEYWORD_ORDER`,
    set: 'Orders',
    count: 6,
    create: {
      key: GUID,
      from: '2024-05-05',
      year: 2024,
      type: 1,
      where: 'here',
      amount: 12.5,
      count: '9007199254740993',
      tags: ['a', 'b'],
      place: { street: 'Main Street', distance: 1.5 }
    },
    predicate: `key=${GUID},from=2024-05-05,year=2024`,
    key: { key: GUID, from: '2024-05-05', year: 2024 },
    change: { where: 'there' },
    changed: { where: 'there', tags: ['a', 'b'], place: { street: 'Main Street', distance: 1.5 } }
  },
  {
    name: 'V2 with drafts, whose administrative data have a name of their own',
    root: `${V2}/ZUI_PRODUCT_DRAFT`,
    set: 'C_Product',
    count: 6,
    create: { Product: '900', DraftUUID: GUID, ProductName: 'new' },
    predicate: `Product='900',DraftUUID=guid'${GUID}',IsActiveEntity=true`,
    key: { Product: '900', DraftUUID: GUID, IsActiveEntity: true },
    change: { ProductName: 'changed' },
    changed: { ProductName: 'changed', LastChangedByUser: 'alice' }
  },
  {
    name: 'V4 with base types, a singleton, and containment without a condition',
    root: `${V4}/TRAVEL`,
    set: 'Flights',
    count: 6,
    create: { StageId: 900, StartsAt: '2024-05-05T10:00:00Z', FlightCode: 'new' },
    predicate: '900',
    key: { StageId: 900 },
    change: { FlightCode: 'changed' },
    changed: { FlightCode: 'changed', StartsAt: '2024-05-05T10:00:00Z' }
  }
]
