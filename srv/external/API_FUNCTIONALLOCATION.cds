/* The S/4HANA API "Functional Location" (OData V2, 2022 flavour), as `cds import` writes it. */
@cds.external: true
@Aggregation.ApplySupported.Transformations: []
service API_FUNCTIONALLOCATION {
  @cds.external: true
  @cds.persistence.skip: true
  entity FunctionalLocation {
    @sap.updatable: 'false'
    key FunctionalLocation : String(30) not null;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FunctionalLocationLabelName : String(40);
    FunctionalLocationName : String(40);
    FuncLocationStructure : String(5);
    FunctionalLocationCategory : String(1);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    SuperiorFunctionalLocation : String(30);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    SuperiorFuncnlLocLabelName : String(40);
    TechnicalObjectType : String(10);
    AuthorizationGroup : String(4);
    GrossWeight : Decimal(13, 3);
    GrossWeightUnit : String(3);
    @sap.display.format: 'Date'
    OperationStartDate : Date;
    InventoryNumber : String(25);
    AcquisitionValue : Decimal(13, 3);
    Currency : String(5);
    @sap.display.format: 'Date'
    AcquisitionDate : Date;
    AssetManufacturerName : String(30);
    ManufacturerPartNmbr : String(30);
    ManufacturerCountry : String(3);
    ManufacturerPartTypeName : String(20);
    ConstructionMonth : String(2);
    ConstructionYear : String(4);
    ManufacturerSerialNumber : String(30);
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
    ConstructionMaterial : String(40);
    MaintenancePlannerGroup : String(3);
    MaintenancePlanningPlant : String(4);
    MainWorkCenterPlant : String(4);
    MainWorkCenter : String(8);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    MainWorkCenterInternalID : String(8);
    CatalogProfile : String(9);
    EquipmentInstallationIsAllowed : Boolean;
    OnePieceOfEquipmentIsAllowed : Boolean;
    SalesOrganization : String(4);
    DistributionChannel : String(2);
    SalesOffice : String(4);
    OrganizationDivision : String(2);
    SalesGroup : String(3);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FunctionalLocationHasEquipment : String(1);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FuncnlLocHasSubOrdinateFuncLoc : String(1);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    CreatedByUser : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'  @sap.display.format: 'Date'
    CreationDate : Date;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    LastChangedByUser : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    LastChangeDateTime : Timestamp;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FuncnlLocIsMarkedForDeletion : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FuncnlLocIsDeleted : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FunctionalLocationIsActive : Boolean;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FuncnlLocIsDeactivated : Boolean;
    to_LongText : Association to API_FUNCTIONALLOCATION.FunctionalLocationLongText
      on to_LongText.FunctionalLocation = FunctionalLocation;
    to_Partner : Association to many API_FUNCTIONALLOCATION.FunctionalLocationPartner
      on to_Partner.FunctionalLocation = FunctionalLocation;
  };

  @cds.external: true
  @cds.persistence.skip: true
  entity FunctionalLocationLongText {
    @sap.updatable: 'false'
    key FunctionalLocation : String(30) not null;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FunctionalLocationLabelName : String(40);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    TextObjectKey : String(30);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    Language : String(2);
    FuncnlLocLongText : LargeString;
  };

  @cds.external: true
  @cds.persistence.skip: true
  entity FunctionalLocationPartner {
    @sap.updatable: 'false'
    key FunctionalLocation : String(30) not null;
    @sap.updatable: 'false'
    key PartnerFunction : String(2) not null;
    @sap.updatable: 'false'
    key FuncnlLocPartnerObjectNmbr : String(6) not null;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    FunctionalLocationLabelName : String(40);
    Partner : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    CreatedByUser : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'  @sap.display.format: 'Date'
    CreationDate : Date;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    CreationTime : Time;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    LastChangedByUser : String(12);
    @sap.creatable: 'false'  @sap.updatable: 'false'
    LastChangeTime : Time;
    @sap.creatable: 'false'  @sap.updatable: 'false'  @sap.display.format: 'Date'
    LastChangeDate : Date;
    @sap.creatable: 'false'  @sap.updatable: 'false'
    MaintObjectInternalID : String(22);
  };
};
