# Y si: escenarios.
scenarios-title = ¿Y si…?
scenarios-lead = Pruebe un cambio antes de que nadie lo decida: retire una organización, vincule a dos, ponga un servicio en otras manos y vea qué indicadores y qué pares de sectores cambian, junto a las cifras actuales. Los datos no se modifican.
scenarios-empty = Todavía no hay nada que cambiar.
scenarios-empty-how = Los datos se cargan en la página
scenarios-begin = Empiece por un cambio
scenarios-begin-means = En la página siguiente pueden añadirse otros. Basta con escribir parte de un nombre; si corresponde a varias entidades, podrá elegir.
scenarios-saved = Escenarios guardados
scenarios-none-saved = No hay escenarios guardados que usted pueda ver.
scenarios-count-saved = { $n ->
    [one] Un escenario guardado
   *[other] { $number } escenarios guardados, los más recientes primero
}
scenarios-row-unfit = nombra algo que los datos de hoy ya no contienen; se abre con la versión en la que se guardó
scenarios-column-title = Título
scenarios-column-changes = Cambios
scenarios-column-owner = Guardado por
scenarios-column-day = Día
scenarios-column-version = Versión de los datos
scenarios-programs = Para programas
scenarios-programs-means = Un escenario es una lista de cambios en JSON, que admite también los que no ofrecen los formularios. La respuesta contiene todas las tablas de la página, en JSON o CSV.

scenarios-op-removeActor = Retirar una entidad
scenarios-op-removeService = Retirar un servicio o una innovación
scenarios-op-addActor = Añadir una entidad
scenarios-op-addService = Añadir un servicio
scenarios-op-addInnovation = Añadir una innovación
scenarios-op-addTie = Vincular dos entidades
scenarios-op-removeTie = Retirar un vínculo
scenarios-op-addParticipation = Incorporar una entidad a un servicio
scenarios-op-removeParticipation = Poner fin a una participación
scenarios-op-moveService = Trasladar un servicio
scenarios-op-setSector = Fijar los sectores
scenarios-op-setLevel = Fijar los niveles
scenarios-op-setSphere = Fijar la esfera
scenarios-op-mergeActors = Fusionar dos entidades
scenarios-how-removeActor = La entidad desaparece, con todos sus vínculos y su participación en servicios.
scenarios-how-removeService = El servicio o la innovación desaparece, y nadie participa ya en él.
scenarios-how-addTie = Ambas quedan unidas por un vínculo propio, como un convenio.
scenarios-how-moveService = El servicio pasa a otra entidad prestadora, otro sector u otro nivel. Lo que no se indique queda como está.
scenarios-how-addActor = Una organización nueva, que puede participar en un servicio desde el principio.
scenarios-how-addParticipation = La entidad se suma a quienes participan en el servicio o la innovación.
scenarios-how-mergeActors = Dos organismos pasan a ser uno, con los vínculos de ambos.
scenarios-actor = Entidad
scenarios-other = La otra entidad
scenarios-service = Servicio o innovación
scenarios-provider = Nueva entidad prestadora
scenarios-takes-part = Participa en (servicio o innovación)
scenarios-new-name = Nombre
scenarios-leave = – dejar como está –
scenarios-no-role = – ningún papel en particular –
scenarios-see = Ver qué cambia
scenarios-see-more = Añadir este cambio

scenarios-choose = ¿Cuál de ellas?
scenarios-several = Elija a qué se refiere con
scenarios-also-called = { $name } (también { $other })
scenarios-no-actor = Ninguna entidad tiene un nombre parecido a
scenarios-no-service = Ningún servicio ni innovación tiene un nombre parecido a
scenarios-no-such-how = Vuelva atrás y escriba otra parte del nombre, o búsquela entre todas.
scenarios-back = Volver

scenarios-untitled = ¿Y si…?
scenarios-on-version = Calculado con la versión { $number } de los datos.
scenarios-saved-by = Guardado por { $owner } el { $day }, entonces con la versión { $version } de los datos.
scenarios-untouched = Los datos no se han modificado.
scenarios-restricted = Solo lo que cumple:
scenarios-does-not-fit = Un cambio no es compatible con los datos.
scenarios-does-not-fit-how = Descarte el cambio más abajo o haga otro en su lugar.
scenarios-leave-out = descartar
scenarios-edit = Modificar este escenario
scenarios-statements = ({ $added } afirmaciones más, { $removed } menos)
scenarios-note-still = Nota: de otras afirmaciones se sigue deduciendo algo al respecto.
scenarios-note-also = Nota: de otras afirmaciones se deduce además: { $values }.
scenarios-change-removeActor = Sin { $name }
scenarios-change-removeService = Sin el servicio o la innovación { $name }
scenarios-change-addActor = Con una entidad nueva, { $name }
scenarios-change-addService = Con un servicio nuevo, { $name }
scenarios-change-addInnovation = Con una innovación nueva, { $name }
scenarios-change-removeTie = Sin vínculo propio entre { $name } y { $other }
scenarios-change-addTie = Un vínculo de { $name } a { $other }
scenarios-change-addParticipation = { $name } participa en { $other }
scenarios-change-removeParticipation = { $name } deja de participar en { $other }
scenarios-change-moveService = { $name } se traslada
scenarios-change-setSector = Otros sectores para { $name }
scenarios-change-setLevel = Otros niveles para { $name }
scenarios-change-setSphere = Otra esfera para { $name }
scenarios-change-mergeActors = { $name } se fusiona con { $other }
scenarios-field-sector = Sector
scenarios-field-level = Nivel de responsabilidad
scenarios-field-sphere = Esfera
scenarios-field-place = Lugar
scenarios-field-role = Papel
scenarios-field-instrument = Instrumento
scenarios-field-provider = Entidad prestadora

scenarios-short = En resumen
scenarios-says-nothing = No cambia ninguna cifra.
scenarios-says-no-provider = { $n ->
    [one] Un servicio queda sin ninguna entidad prestadora.
   *[other] { $number } servicios quedan sin ninguna entidad prestadora.
}
scenarios-says-no-provider-of-innovation = { $n ->
    [one] Una innovación queda sin ninguna entidad prestadora.
   *[other] { $number } innovaciones quedan sin ninguna entidad prestadora.
}
scenarios-says-one-provider = { $n ->
    [one] Un servicio queda con una sola entidad prestadora.
   *[other] { $number } servicios quedan con una sola entidad prestadora.
}
scenarios-says-lost = Nada de lo registrado une ya { $from } y { $to }.
scenarios-says-won = { $from } y { $to } quedan unidos; hoy nada de lo registrado los une.
scenarios-says-more = { $n ->
    [one] Hay otro par en las tablas.
   *[other] Hay otros { $number } pares en las tablas.
}
scenarios-says-apart = La parte de la red en torno a { $name } se divide en { $parts } partes (entidades en cada una: { $sizes }).
scenarios-says-together = { $parts } partes de la red pasan a ser una, en torno a { $name }.
scenarios-says-isolated = { $n ->
    [one] Una entidad queda sin ningún vínculo.
   *[other] { $number } entidades quedan sin ningún vínculo.
}
scenarios-says-cut-points = { $n ->
    [one] Una entidad pasa a ser punto de corte: sin ella, otras quedarían separadas.
   *[other] { $number } entidades pasan a ser puntos de corte: sin cualquiera de ellas, otras quedarían separadas.
}
scenarios-ties-between-actors = Vínculos entre entidades
scenarios-services-mean = Es prestadora la entidad de la que consta que presta el servicio o la innovación. Puede prestarlo igualmente alguien que no consta, y otra entidad puede asumirlo.
scenarios-left-caption = Sin ninguna entidad prestadora, por sector; lo que pertenece a varios sectores cuenta en cada uno
scenarios-no-sector = Sin sector registrado
scenarios-column-left = Sin entidad prestadora
scenarios-services-caption = { $shown } de { $all } servicios e innovaciones cuyas entidades prestadoras cambian, primero los que quedan sin ninguna; hoy → escenario
scenarios-column-providers = Entidades prestadoras
scenarios-column-lost = Entidades que se pierden
scenarios-service-noProvider = queda sin entidad prestadora
scenarios-service-oneProvider = queda una sola entidad prestadora
scenarios-service-fewer = menos entidades prestadoras
scenarios-service-more = más entidades prestadoras
scenarios-service-otherProvider = otra entidad prestadora
scenarios-service-provided = pasa a tener entidad prestadora
scenarios-service-removed = eliminado
scenarios-service-added = nuevo
scenarios-caveat = Solo cuenta lo registrado: un vínculo que nadie ha registrado puede existir igualmente, y aquí no se prevé cómo reaccionarían las personas y las organizaciones. Más no siempre es mejor.
scenarios-today = Hoy
scenarios-then = Escenario
scenarios-column-figure = Cifra
scenarios-column-words = Qué ocurre
scenarios-column-pair = Par
scenarios-column-expected = Por azar: hoy → escenario
scenarios-column-ties = Vínculos
scenarios-column-rank = Puesto por intermediación
scenarios-words-rises = sube de { $from } a { $to }
scenarios-words-falls = baja de { $from } a { $to }
scenarios-words-same = se mantiene en { $to }
scenarios-words-appears = ahora puede calcularse: { $to }
scenarios-words-vanishes = ya no puede calcularse (hoy { $from })
scenarios-words-unknown = no puede calcularse
scenarios-better = mejora
scenarios-worse = empeora
scenarios-rests = Se basa en { $known } datos conocidos y { $unknown } desconocidos hoy; { $then } y { $unknownthen } en el escenario.
scenarios-pair-lost = se pierde: no queda ningún vínculo de { $from }
scenarios-pair-won = nuevo: { $to } donde no había ninguno
scenarios-pair-weaker = se debilita: de { $from } a { $to }
scenarios-pair-stronger = se refuerza: de { $from } a { $to }
scenarios-pair-same = como hoy: { $to }
scenarios-pairs-mean = Vínculos entre entidades de ambos sectores; una entidad de dos sectores cuenta la mitad en cada uno. Al lado, cuántos vínculos habría por azar, según el número de entidades de cada sector.
scenarios-no-figure-changes = Aquí no cambia ninguna cifra.
scenarios-no-pair-changes = No cambia ningún par.
scenarios-no-actor-changes = No afecta a ninguna entidad.
scenarios-figures-changed = { $n ->
    [one] Cambia una cifra
   *[other] Cambian { $number } cifras
}
scenarios-figures-same = { $n ->
    [one] Una cifra queda igual
   *[other] { $number } cifras quedan igual
}
scenarios-pairs-changed = { $n ->
    [one] Cambia un par
   *[other] Cambian { $number } pares
}
scenarios-pairs-same = { $n ->
    [one] Un par queda igual
   *[other] { $number } pares quedan igual
}
scenarios-actors-mean = La intermediación indica con qué frecuencia una entidad está en el camino más corto entre otras dos; el puesto 1 es el de mayor valor.
scenarios-actors-caption = { $shown } de { $all } entidades para las que algo cambia, las más afectadas primero; hoy → escenario
scenarios-status-removed = retirada
scenarios-status-added = nueva
scenarios-status-merged = fusionada con otra
scenarios-status-isolated = queda sin ningún vínculo
scenarios-status-joined = obtiene por fin vínculos
scenarios-status-cutPoint = pasa a ser punto de corte
scenarios-status-noCutPoint = deja de ser punto de corte
scenarios-status-changed = otros vínculos u otra posición

scenarios-part-changes = Cambios
scenarios-part-services = Servicios cuyas entidades prestadoras cambian
scenarios-part-indicators = Indicadores
scenarios-part-groups = Indicadores por sector, nivel y papel
scenarios-part-networks = Redes
scenarios-part-sectorPairs = Pares de sectores
scenarios-part-levelPairs = Pares de niveles de responsabilidad
scenarios-part-lost = Pares que ya nada une
scenarios-part-won = Pares unidos de nuevo
scenarios-part-actors = Entidades
scenarios-part-components = Partes de la red que se separan o se unen
scenarios-network-collaboration = Colaboración entre entidades
scenarios-network-sectors = Sectores que algo une
scenarios-network-levels = Niveles que algo une
scenarios-network-affiliation = Entidades y servicios
scenarios-network-actor-sector = Entidades y sectores
scenarios-network-funding = Financiación
scenarios-add-more = Otro cambio
scenarios-add-more-means = Cada cambio se aplica sobre lo que dejaron los anteriores.
scenarios-share = Compartir y llevarse los datos
scenarios-share-means = Quien abra esta dirección verá el escenario con los datos de ese día, en la medida en que tenga acceso a ellos.
scenarios-address = Dirección de este escenario
scenarios-copy = Copiar la dirección
scenarios-save = Guardar con un título
scenarios-save-means = Quien disponga de un token de este servicio puede guardar aquí el escenario, con una dirección corta. El título y la descripción son públicos.
scenarios-token = Token
scenarios-save-button = Guardar
scenarios-files = Tablas
scenarios-whole = Todo
scenarios-cite = Cómo citar
scenarios-licences = Licencias de los datos:

scenarios-figure-actors = Entidades registradas
scenarios-figure-services = Servicios registrados
scenarios-figure-services-without-provider = Servicios e innovaciones sin entidad prestadora registrada
scenarios-figure-services-on-one-provider = Servicios e innovaciones con una sola entidad prestadora registrada
scenarios-figure-innovations = Innovaciones registradas
scenarios-figure-participations = Participaciones registradas
scenarios-figure-ties = Vínculos registrados
scenarios-figure-same-sector-and-level = Vínculos dentro de un sector y un nivel
scenarios-figure-horizontal = Integración horizontal: vínculos entre sectores en un mismo nivel
scenarios-figure-vertical = Integración vertical: vínculos entre niveles en un mismo sector
scenarios-figure-diagonal = Vínculos que cruzan sectores y niveles
scenarios-figure-joined-sector-pairs = Pares de sectores que algo une
scenarios-figure-sector-pairs-on-one-actor = Pares de sectores que dependen de una sola entidad
scenarios-figure-joined-level-pairs = Pares de niveles que algo une
scenarios-figure-level-pairs-on-one-actor = Pares de niveles que dependen de una sola entidad
scenarios-figure-unbroken-chains = Servicios locales enlazados sin interrupción hasta el nivel estatal
scenarios-figure-missing-rungs = Niveles que faltan en esas cadenas, de media
scenarios-figure-sector-ei-index = Vínculos hacia fuera del sector frente a los internos (índice E-I)
scenarios-figure-sector-ei-rescaled = Lo mismo, dentro de lo posible
scenarios-figure-sector-diversity = Reparto de las entidades entre sectores
scenarios-figure-level-ei-index = Vínculos hacia fuera del nivel frente a los internos (índice E-I)
scenarios-figure-level-ei-rescaled = Lo mismo para los niveles, dentro de lo posible
scenarios-figure-level-diversity = Reparto de las entidades entre niveles
scenarios-figure-sphere-ei-index = Vínculos hacia fuera de la esfera frente a los internos (índice E-I)
scenarios-figure-sphere-ei-rescaled = Lo mismo para las esferas, dentro de lo posible
scenarios-figure-sphere-diversity = Reparto de las entidades entre esferas
scenarios-figure-intensity = Intensidad de la integración en la escala común
scenarios-figure-systems-integration = Integración de todos los pares valorados
scenarios-figure-project-centred-integration = Integración con la organización principal
scenarios-figure-conflict-rate = Afirmaciones que contradicen a otras
scenarios-figure-empty-fields = Campos vacíos
scenarios-figure-evidence-two-sources = Afirmaciones con dos o más fuentes
scenarios-figure-formalisation = Vínculos con instrumento registrado
scenarios-figure-funding-concentration = Concentración de la financiación
scenarios-figure-funding-levels = Niveles que financian un caso
scenarios-figure-funding-spheres = Esferas que financian un caso
scenarios-figure-horizontal-reach = Sectores que se encuentran en un caso
scenarios-figure-hybridity = Entidades de varias esferas
scenarios-figure-level-chain = Cadena más larga de niveles sin interrupción en un caso
scenarios-figure-multi-sector-actors = Entidades en varios sectores
scenarios-figure-sector-conflicts = Casos cuyos sectores están en discusión
scenarios-figure-sphere-mix = Esferas que se encuentran en un caso
scenarios-figure-vertical-reach = Niveles que se encuentran en un caso
scenarios-metric-nodes = Nodos
scenarios-metric-edges = Vínculos
scenarios-metric-density = Densidad: vínculos sobre los posibles
scenarios-metric-isolates = Sin ningún vínculo
scenarios-metric-components = Partes separadas
scenarios-metric-largestComponentShare = Proporción en la parte mayor
scenarios-metric-fragmentation = Pares que no pueden alcanzarse
scenarios-metric-averagePathLength = Pasos entre dos, de media
scenarios-metric-transitivity = Socios de un socio que están vinculados
scenarios-metric-degreeCentralization = Concentración de los vínculos en unos pocos
scenarios-metric-betweennessCentralization = Concentración de los caminos en unos pocos
scenarios-metric-bridges = Vínculos cuya pérdida separaría algo
scenarios-metric-articulationPoints = Entidades cuya pérdida separaría algo
scenarios-metric-sectorAssortativity = Preferencia por el propio sector
scenarios-metric-levelAssortativity = Preferencia por el propio nivel
scenarios-metric-sectorEiIndex = Vínculos hacia fuera del sector frente a los internos
scenarios-metric-levelEiIndex = Vínculos hacia fuera del nivel frente a los internos
scenarios-metric-sectorDiversity = Reparto entre sectores

js-whatif-title = ¿Y si…?
js-whatif-lead = Retire nodos o vincúlelos y vea qué cambia. Los datos no se modifican.
js-whatif-how = Seleccione un nodo en el dibujo y elija una de estas opciones.
js-whatif-none = Todavía no hay cambios.
js-whatif-remove = Retirar en un escenario
js-whatif-tie-from = Vincular con otro…
js-whatif-tie-to = Vincular con { $name }
js-whatif-removed = Sin { $name }
js-whatif-tied = Un vínculo entre { $a } y { $b }
js-whatif-leave-out = Descartar: { $change }
js-whatif-clear = Descartar todo
js-whatif-evaluate = Ver qué cambia
js-whatif-page = Todas las cifras en una página
js-whatif-wait = Calculando…
js-whatif-done = Listo: { $lost } pares perdidos, { $won } pares unidos de nuevo, { $actors } entidades afectadas.
js-whatif-lost = Nada une ya { $from } y { $to }.
js-whatif-won = { $from } y { $to } quedan unidos.
js-whatif-column-figure = Cifra
js-whatif-column-today = Hoy
js-whatif-column-then = Escenario
js-whatif-nothing = No cambia ninguna cifra.
js-whatif-caption = Cifras que cambian
js-whatif-choose-other = Seleccione ahora el otro nodo y elija «Vincular con { $name }».

# The same names for the scripts.
js-whatif-figure-actors = { scenarios-figure-actors }
js-whatif-figure-services = { scenarios-figure-services }
js-whatif-figure-services-without-provider = { scenarios-figure-services-without-provider }
js-whatif-figure-services-on-one-provider = { scenarios-figure-services-on-one-provider }
js-whatif-figure-innovations = { scenarios-figure-innovations }
js-whatif-figure-participations = { scenarios-figure-participations }
js-whatif-figure-ties = { scenarios-figure-ties }
js-whatif-figure-same-sector-and-level = { scenarios-figure-same-sector-and-level }
js-whatif-figure-horizontal = { scenarios-figure-horizontal }
js-whatif-figure-vertical = { scenarios-figure-vertical }
js-whatif-figure-diagonal = { scenarios-figure-diagonal }
js-whatif-figure-joined-sector-pairs = { scenarios-figure-joined-sector-pairs }
js-whatif-figure-sector-pairs-on-one-actor = { scenarios-figure-sector-pairs-on-one-actor }
js-whatif-figure-joined-level-pairs = { scenarios-figure-joined-level-pairs }
js-whatif-figure-level-pairs-on-one-actor = { scenarios-figure-level-pairs-on-one-actor }
js-whatif-figure-unbroken-chains = { scenarios-figure-unbroken-chains }
js-whatif-figure-missing-rungs = { scenarios-figure-missing-rungs }
js-whatif-figure-sector-ei-index = { scenarios-figure-sector-ei-index }
js-whatif-figure-sector-ei-rescaled = { scenarios-figure-sector-ei-rescaled }
js-whatif-figure-sector-diversity = { scenarios-figure-sector-diversity }
js-whatif-figure-level-ei-index = { scenarios-figure-level-ei-index }
js-whatif-figure-level-ei-rescaled = { scenarios-figure-level-ei-rescaled }
js-whatif-figure-level-diversity = { scenarios-figure-level-diversity }
js-whatif-figure-sphere-ei-index = { scenarios-figure-sphere-ei-index }
js-whatif-figure-sphere-ei-rescaled = { scenarios-figure-sphere-ei-rescaled }
js-whatif-figure-sphere-diversity = { scenarios-figure-sphere-diversity }
js-whatif-figure-intensity = { scenarios-figure-intensity }
js-whatif-figure-systems-integration = { scenarios-figure-systems-integration }
js-whatif-figure-project-centred-integration = { scenarios-figure-project-centred-integration }
js-whatif-figure-conflict-rate = { scenarios-figure-conflict-rate }
js-whatif-figure-empty-fields = { scenarios-figure-empty-fields }
js-whatif-figure-evidence-two-sources = { scenarios-figure-evidence-two-sources }
js-whatif-figure-formalisation = { scenarios-figure-formalisation }
js-whatif-figure-funding-concentration = { scenarios-figure-funding-concentration }
js-whatif-figure-funding-levels = { scenarios-figure-funding-levels }
js-whatif-figure-funding-spheres = { scenarios-figure-funding-spheres }
js-whatif-figure-horizontal-reach = { scenarios-figure-horizontal-reach }
js-whatif-figure-hybridity = { scenarios-figure-hybridity }
js-whatif-figure-level-chain = { scenarios-figure-level-chain }
js-whatif-figure-multi-sector-actors = { scenarios-figure-multi-sector-actors }
js-whatif-figure-sector-conflicts = { scenarios-figure-sector-conflicts }
js-whatif-figure-sphere-mix = { scenarios-figure-sphere-mix }
js-whatif-figure-vertical-reach = { scenarios-figure-vertical-reach }
js-whatif-metric-nodes = { scenarios-metric-nodes }
js-whatif-metric-edges = { scenarios-metric-edges }
js-whatif-metric-density = { scenarios-metric-density }
js-whatif-metric-isolates = { scenarios-metric-isolates }
js-whatif-metric-components = { scenarios-metric-components }
js-whatif-metric-largestComponentShare = { scenarios-metric-largestComponentShare }
js-whatif-metric-fragmentation = { scenarios-metric-fragmentation }
js-whatif-metric-averagePathLength = { scenarios-metric-averagePathLength }
js-whatif-metric-transitivity = { scenarios-metric-transitivity }
js-whatif-metric-degreeCentralization = { scenarios-metric-degreeCentralization }
js-whatif-metric-betweennessCentralization = { scenarios-metric-betweennessCentralization }
js-whatif-metric-bridges = { scenarios-metric-bridges }
js-whatif-metric-articulationPoints = { scenarios-metric-articulationPoints }
js-whatif-metric-sectorAssortativity = { scenarios-metric-sectorAssortativity }
js-whatif-metric-levelAssortativity = { scenarios-metric-levelAssortativity }
js-whatif-metric-sectorEiIndex = { scenarios-metric-sectorEiIndex }
js-whatif-metric-levelEiIndex = { scenarios-metric-levelEiIndex }
js-whatif-metric-sectorDiversity = { scenarios-metric-sectorDiversity }
