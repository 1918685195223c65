import {
  CustomField,
  type DefaultDeSerializers,
  defaultDeSerializers,
  Entity,
  type EntityApi,
  entityBuilder,
  FieldBuilder,
  GetByKeyRequestBuilder,
  RequestBuilder,
  UpdateRequestBuilder
} from '@sap-cloud-sdk/odata-v2'

/* A client as the generator of the SAP Cloud SDK makes it for S/4's API_EQUIPMENT, as far as it is used here. */

type Own = DefaultDeSerializers
type Day = ReturnType<Own['Edm.DateTime']['deserialize']>

/** Until when equipment is valid that has no end: 9999-12-31. */
export const FOREVER: Day =
  defaultDeSerializers['Edm.DateTime'].deserialize('/Date(253402214400000)/')

export class Equipment extends Entity {
  static override _entityName = 'Equipment'
  static override _defaultBasePath = '/sap/opu/odata/sap/API_EQUIPMENT'
  static _keys = ['Equipment', 'ValidityEndDate']
  declare equipment: string
  declare validityEndDate: Day
  declare equipmentName?: string | null
  declare lastChangedByUser?: string | null
}

class EquipmentRequests extends RequestBuilder<Equipment, Own> {
  getByKey(equipment: string, validityEndDate: Day) {
    const keys = { Equipment: equipment, ValidityEndDate: validityEndDate }
    return new GetByKeyRequestBuilder<Equipment, Own>(this.entityApi, keys)
  }

  update(entity: Equipment) {
    return new UpdateRequestBuilder<Equipment, Own>(this.entityApi, entity)
  }
}

export class EquipmentApi implements EntityApi<Equipment, Own> {
  readonly deSerializers = defaultDeSerializers
  readonly entityConstructor = Equipment
  readonly schema = schemaOf(new FieldBuilder(Equipment, defaultDeSerializers))

  requestBuilder() {
    return new EquipmentRequests(this)
  }

  entityBuilder() {
    return entityBuilder<Equipment, Own>(this)
  }

  customField<Nullable extends boolean = false>(name: string, isNullable?: Nullable) {
    const nullable = (isNullable ?? false) as Nullable
    return new CustomField(name, Equipment, defaultDeSerializers, nullable)
  }
}

function schemaOf(fields: FieldBuilder<typeof Equipment, Own>) {
  return {
    EQUIPMENT: fields.buildEdmTypeField('Equipment', 'Edm.String', false),
    VALIDITY_END_DATE: fields.buildEdmTypeField('ValidityEndDate', 'Edm.DateTime', false),
    EQUIPMENT_NAME: fields.buildEdmTypeField('EquipmentName', 'Edm.String', true),
    LAST_CHANGED_BY_USER: fields.buildEdmTypeField('LastChangedByUser', 'Edm.String', true)
  }
}
