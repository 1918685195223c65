using {API_EQUIPMENT as equipment} from './external/API_EQUIPMENT';
using {API_FUNCTIONALLOCATION as locations} from './external/API_FUNCTIONALLOCATION';
using {maintenance} from '../db/schema';

/** Functional locations and equipment of S/4HANA, simplified, and the technicians' notes. */
@odata
@mcp
@requires: 'authenticated-user'
service MaintenanceService {

  type LocationCategory : String(1) enum {
    technicalSystem = 'M';
    linearAsset     = 'L';
    customerSite    = 'S';
  };

  type EquipmentCategory : String(1) enum {
    machine        = 'M';
    productionTool = 'P';
    instrument     = 'Q';
    customerOwned  = 'S';
  };

  /** Places in a plant at which equipment is installed. */
  @restrict: [
    { grant: 'READ', to: ['Viewer', 'Technician'], where: (plant = $user.plant) },
    { grant: ['CREATE', 'UPDATE'], to: 'Technician', where: (plant = $user.plant) },
    { grant: ['READ', 'CREATE', 'UPDATE'], to: 'Supervisor' }
  ]
  @Capabilities.DeleteRestrictions.Deletable: false
  entity FunctionalLocations as projection on locations.FunctionalLocation {
    key FunctionalLocation         as id,
        FunctionalLocationName     as name,
        MaintenancePlant           as plant,
        FunctionalLocationCategory as category : LocationCategory,
        FuncLocationStructure      as structure,
        SuperiorFunctionalLocation as superior,
        AssetManufacturerName      as manufacturer,
        ManufacturerPartTypeName   as model,
        ManufacturerSerialNumber   as serialNumber,
        ConstructionYear           as constructionYear,
        CreatedByUser              as createdBy,
        CreationDate               as createdAt,
        LastChangedByUser          as lastChangedBy,
        LastChangeDateTime         as lastChangedAt
  };

  /** Machines, tools and instruments, each at one functional location at most. */
  @restrict: [
    { grant: 'READ', to: ['Viewer', 'Technician'], where: (plant = $user.plant) },
    { grant: ['CREATE', 'UPDATE', 'install', 'dismantle', 'planForTonight'], to: 'Technician', where: (plant = $user.plant) },
    { grant: ['READ', 'CREATE', 'UPDATE', 'install', 'dismantle', 'planForTonight'], to: 'Supervisor' }
  ]
  @Capabilities.DeleteRestrictions.Deletable: false
  entity Equipment as projection on equipment.Equipment {
    key Equipment                   as id,
        // S/4's other key: the record that is valid today is the one that ends on this day.
        @cds.api.ignore
        ValidityEndDate             as validTo,
        EquipmentName               as name,
        MaintenancePlant            as plant,
        EquipmentCategory           as category : EquipmentCategory,
        FunctionalLocationLabelName as functionalLocation,
        EquipmentIsInstalled        as installed,
        AssetManufacturerName       as manufacturer,
        ManufacturerPartTypeName    as model,
        ManufacturerSerialNumber    as serialNumber,
        ConstructionYear            as constructionYear,
        CreatedByUser               as createdBy,
        CreationDate                as createdAt,
        LastChangedByUser           as lastChangedBy,
        LastChangeDateTime          as lastChangedAt
  } actions {
    /** Puts it at a functional location, by the id of that. */
    action install(functionalLocation : String(40) @mandatory) returns Equipment;
    /** Takes it away from its functional location. */
    action dismantle() returns Equipment;
    /** Renames it later, as the user who asks for it now. */
    action planForTonight(name : String(40) @mandatory, after : String(4) @assert.format: '^[1-9][0-9]{0,2}[smh]$');
  };

  @restrict: [
    { grant: 'READ', to: 'Viewer', where: (plant = $user.plant) },
    { grant: '*', to: 'Technician', where: (plant = $user.plant) },
    { grant: '*', to: 'Supervisor' }
  ]
  entity WorkNotes as projection on maintenance.WorkNotes;
}

// Input: what must be there, and what it may be. CAP answers 400 before anything is sent to S/4.
annotate MaintenanceService.FunctionalLocations with {
  id               @mandatory  @assert.format: '^(?=.{1,30}$)[A-Z0-9]+(-[A-Z0-9]+)*$';
  name             @mandatory;
  plant            @mandatory  @assert.format: '^[A-Z0-9]{4}$';
  category         @mandatory  @assert.range;
  structure        @assert.format: '^[A-Z0-9]{1,5}$';
  superior         @readonly;
  constructionYear @assert.format: '^[0-9]{4}$';
  createdBy        @readonly;
  createdAt        @readonly;
  lastChangedBy    @readonly;
  lastChangedAt    @readonly;
}

annotate MaintenanceService.Equipment with {
  id                 @mandatory  @assert.format: '^[A-Z0-9][A-Z0-9_-]{0,17}$';
  name               @mandatory;
  plant              @mandatory  @assert.format: '^[A-Z0-9]{4}$';
  category           @mandatory  @assert.range;
  functionalLocation @readonly;
  installed          @readonly;
  constructionYear   @assert.format: '^[0-9]{4}$';
  createdBy          @readonly;
  createdAt          @readonly;
  lastChangedBy      @readonly;
  lastChangedAt      @readonly;
}

annotate MaintenanceService.WorkNotes with {
  equipment @Core.Immutable;
  plant     @Core.Immutable;
}
