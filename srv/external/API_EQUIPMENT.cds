/* The S/4HANA API "Equipment" (OData V2, 2022 flavour), as `cds import` writes it. */
@cds.external: true
@Aggregation.ApplySupported.Transformations: []
service API_EQUIPMENT {
  @cds.external: true
  @cds.persistence.skip: true
  entity Equipment {
    @sap.updatable: 'false'
    key Equipment : String(18) not null;
    @sap.creatable: 'false'  @sap.updatable: 'false'  @sap.display.format: 'Date'
    key ValidityEndDate : Date not null;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    ValidityEndTime : Time;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentValidityEndDateTime : Timestamp;
    @sap.display.format: 'Date'
    ValidityStartDate : Date;
    EquipmentOID : String(128);
    EquipmentName : String(40);
    EquipmentCategory : String(1);
    TechnicalObjectType : String(10);
    AuthorizationGroup : String(4);
    GrossWeight : Decimal(13, 3);
    GrossWeightUnit : String(3);
    SizeOrDimensionText : String(18);
    InventoryNumber : String(25);
    @sap.display.format: 'Date'
    OperationStartDate : Date;
    AcquisitionValue : Decimal(13, 3);
    Currency : String(5);
    @sap.display.format: 'Date'
    AcquisitionDate : Date;
    AssetManufacturerName : String(30);
    ManufacturerPartTypeName : String(20);
    ManufacturerCountry : String(3);
    ConstructionYear : String(4);
    ConstructionMonth : String(2);
    ManufacturerPartNmbr : String(30);
    ManufacturerSerialNumber : String(30);
    @sap.display.format: 'Date'
    EquipmentEndOfUseDate : Date;
    MaintenancePlant : String(4);
    AssetLocation : String(10);
    AssetRoom : String(8);
    PlantSection : String(3);
    WorkCenter : String(8);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    WorkCenterInternalID : String(8);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    WorkCenterPlant : String(4);
    ABCIndicator : String(1);
    MaintObjectFreeDefinedAttrib : String(30);
    FormOfAddress : String(4);
    BusinessPartnerName1 : String(40);
    BusinessPartnerName2 : String(40);
    CityName : String(40);
    HouseNumber : String(10);
    HouseNumberSupplementText : String(10);
    Building : String(20);
    Floor : String(10);
    RoomNumber : String(10);
    PostalCode : String(10);
    StreetName : String(60);
    Region : String(3);
    Country : String(3);
    PhoneNumber : String(30);
    FaxNumber : String(30);
    CompanyCode : String(4);
    BusinessArea : String(4);
    MasterFixedAsset : String(12);
    FixedAsset : String(4);
    CostCenter : String(10);
    ControllingArea : String(4);
    WBSElementExternalID : String(24);
    SettlementOrder : String(12);
    MaintenancePlanningPlant : String(4);
    MaintenancePlannerGroup : String(3);
    MainWorkCenter : String(8);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    MainWorkCenterInternalID : String(8);
    MainWorkCenterPlant : String(4);
    CatalogProfile : String(9);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FunctionalLocation : String(30);
    FunctionalLocationLabelName : String(40);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FunctionalLocationName : String(40);
    EquipInstallationPositionNmbr : String(4);
    SuperordinateEquipment : String(18);
    TechnicalObjectSortCode : String(25);
    ConstructionMaterial : String(18);
    Material : String(18);
    SerialNumber : String(18);
    UniqueItemIdentifier : String(72);
    UniqueItemIdentifierStrucType : String(10);
    UniqueItemIdentifierRespPlant : String(4);
    SalesOrganization : String(4);
    DistributionChannel : String(2);
    OrganizationDivision : String(2);
    SalesGroup : String(3);
    SalesOffice : String(4);
    @sap.creatable: 'false'  @sap.updatable: 'false'  @sap.display.format: 'Date'
    CreationDate : Date;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    CreatedByUser : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    LastChangedByUser : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    LastChangeDateTime : Timestamp;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    NextEquipUsagePeriodSqncNmbr : String(3);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    MaintObjectLocAcctAssgmtNmbr : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    MaintObjectInternalID : String(22);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipUsagePeriodSequenceNumber : String(3);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentIsAtCustomer : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentIsAvailable : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentIsInWarehouse : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentIsAssignedToDelivery : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentIsMarkedForDeletion : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentIsInstalled : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipIsAllocToSuperiorEquip : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    EquipmentIsInactive : Boolean;
    EquipHasSubOrdinateEquipment : String(1);
    to_LongText : Association to API_EQUIPMENT.EquipmentLongText
      on to_LongText.Equipment = Equipment;
    to_Partner : Association to many API_EQUIPMENT.EquipmentPartner
      on to_Partner.Equipment = Equipment;
  };

  @cds.external: true
  @cds.persistence.skip: true
  entity EquipmentLongText {
    @sap.updatable: 'false'
    key Equipment : String(18) not null;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    TextObjectKey : String(18);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    Language : String(2);
    EquipmentLongText : LargeString;
  };

  @cds.external: true
  @cds.persistence.skip: true
  entity EquipmentPartner {
    @sap.updatable: 'false'
    key Equipment : String(18) not null;
    @sap.updatable: 'false'
    key PartnerFunction : String(2) not null;
    @sap.updatable: 'false'
    key EquipmentPartnerObjectNmbr : String(6) not null;
    Partner : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    CreatedByUser : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'  @sap.display.format: 'Date'
    CreationDate : Date;
  };

  @cds.external: true
  action InstallEquipment (
    Equipment : String(18) not null,
    @sap.display.format: 'Date'
    ValidityEndDate : Date not null,
    SuperordinateEquipment : String(18),
    EquipInstallationPositionNmbr : String(6),
    FunctionalLocation : String(40),
    @sap.display.format: 'Date'
    EquipmentInstallationDate : Date,
    EquipmentInstallationTime : Time
  ) returns API_EQUIPMENT.Equipment;

  @cds.external: true
  action DismantleEquipment (
    Equipment : String(18) not null,
    @sap.display.format: 'Date'
    ValidityEndDate : Date not null,
    SuperordinateEquipment : String(18),
    EquipInstallationPositionNmbr : String(6),
    FunctionalLocation : String(40),
    @sap.display.format: 'Date'
    EquipmentInstallationDate : Date,
    EquipmentInstallationTime : Time
  ) returns API_EQUIPMENT.Equipment;
};
