service TypoService {
  @restrict: [{ grant: 'READ', to: 'Technican', where: (plant = $user.plnt) }]
  @cds.persistence.skip
  entity Things { key id : String; plant : String; }
}
