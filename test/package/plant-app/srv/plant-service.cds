using { API_EQUIPMENT } from './external/API_EQUIPMENT';

@requires: 'authenticated-user'
service PlantService {
  entity Equipment as projection on API_EQUIPMENT.Equipment {
    key Equipment as ID, EquipmentName as name, LastChangedByUser as changedBy
  };
}
