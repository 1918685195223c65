/* A part of S/4HANA's API "Equipment", as `cds import` writes it. */
@cds.external: true
service API_EQUIPMENT {
  @cds.external: true
  @cds.persistence.skip: true
  entity Equipment {
    key Equipment : String(18) not null;
    EquipmentName : String(40);
    LastChangedByUser : String(12);
  };
}
