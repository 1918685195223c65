// What the two APIs need on top of their imported models so that this process can serve them.
using {API_EQUIPMENT} from '../API_EQUIPMENT';
using {API_FUNCTIONALLOCATION} from '../API_FUNCTIONALLOCATION';

annotate API_EQUIPMENT with @cds.external: false  @path: 'API_EQUIPMENT';
annotate API_EQUIPMENT.Equipment with @cds.external: false  @cds.persistence.skip: false;
annotate API_EQUIPMENT.EquipmentLongText with @cds.external: false  @cds.persistence.skip: false;
annotate API_EQUIPMENT.EquipmentPartner with @cds.external: false  @cds.persistence.skip: false;

annotate API_FUNCTIONALLOCATION with @cds.external: false  @path: 'API_FUNCTIONALLOCATION';
annotate API_FUNCTIONALLOCATION.FunctionalLocation with @cds.external: false  @cds.persistence.skip: false;
annotate API_FUNCTIONALLOCATION.FunctionalLocationLongText with @cds.external: false  @cds.persistence.skip: false;
annotate API_FUNCTIONALLOCATION.FunctionalLocationPartner with @cds.external: false  @cds.persistence.skip: false;
