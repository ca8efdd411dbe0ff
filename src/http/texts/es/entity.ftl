# La página de cualquier cosa de la que hablan los datos.
entity-types = Tipos
entity-default-graph = grafo por defecto
entity-inferred = inferido
entity-inferred-by = inferido por { $rules }
entity-stated-under = afirmado con este identificador
entity-more-values = { $n ->
    [one] y uno más, que está en los formatos de datos
   *[other] y { $number } más, que están en los formatos de datos
}
entity-also-called = También se llama:

entity-is-actor = «{ $name }» es una entidad
entity-is-group = «{ $name }» representa a un grupo de entidades
entity-is-innovation = «{ $name }» es una innovación documentada
entity-is-service = «{ $name }» es un servicio
entity-of-type = , del tipo «{ $value }»
entity-of-sphere = , de la esfera «{ $value }»
entity-at-place = , en { $value }
entity-on-level = , nivel de responsabilidad: { $value }
entity-in-sectors = Trabaja en: { $value }.
entity-of-sectors = Sectores: { $value }.
entity-no-sector = No consta ningún sector.
entity-takes-part = { $n ->
    [one] Participa en un servicio o innovación.
   *[other] Participa en { $number } servicios o innovaciones.
}
entity-has-participants = { $n ->
    [one] Participa una entidad.
   *[other] Participan { $number } entidades.
}
entity-has-partners = { $n ->
    [0] No comparte ninguno con otra entidad.
    [one] Comparte algo con otra entidad.
   *[other] Tiene { $number } socios: entidades con las que comparte un servicio, una innovación o un vínculo.
}

entity-ties = Vínculos, por papel
entity-participants = Quién participa, por papel
entity-ties-count = { $n ->
    [one] Un vínculo registrado
   *[other] { $number } vínculos registrados
}
entity-no-ties = No constan vínculos. Eso no significa que no existan.
entity-ties-note = Que un vínculo no conste no significa que no exista. Que no conste un instrumento no significa que el vínculo sea informal.
entity-parts-left-out = { $n ->
    [one] Hay un vínculo más que no se muestra; está en los formatos de datos que figuran más abajo.
   *[other] Hay { $number } vínculos más que no se muestran; están en los formatos de datos que figuran más abajo.
}
entity-and-more = { $n ->
    [one] y una más
   *[other] y { $number } más
}
entity-part-no-role = Participa, sin papel registrado
entity-part-provides = Prestador
entity-part-tie = Vínculo, sin papel registrado
entity-part-pays = Paga a
entity-part-is-paid = Recibe pagos de
entity-part-member-of = Miembro de
entity-part-member = Miembros
entity-part-part-of = Parte de
entity-part-part = Partes
entity-part-leads = Liderazgo
entity-column-in = En qué o con quién
entity-column-who = Quién
entity-column-with = Con
entity-column-instrument = Instrumento
entity-column-when = Cuándo
entity-column-amount = Importe
entity-column-source = Fuente
entity-statement = la afirmación
entity-since = desde { $since }
entity-until = hasta { $until }

entity-sectors = Sectores y quién lo afirma
entity-no-sectors = Nadie afirma a qué sector pertenece.
entity-disputed = Las fuentes discrepan: dentro de una misma clasificación nombran sectores distintos. Se conservan todas.
entity-means = Qué significa
entity-column-sector = Sector
entity-column-scheme = Clasificación
entity-column-says = Quién lo afirma
entity-column-agree = Acuerdo
entity-asserted = lo afirma
entity-undisputed = sin discrepancia
entity-differs = { $n ->
    [one] Las fuentes discrepan: una nombra otros sectores de esta clasificación
   *[other] Las fuentes discrepan: { $number } nombran otros sectores de esta clasificación
}
entity-conflicts = Afirmaciones que se excluyen entre sí
entity-conflicts-means = Las fuentes dan valores distintos. Se conservan todos con su fuente; no se prefiere ninguno.
entity-claim = Afirmación
entity-says = según

entity-time = En el tiempo
entity-time-drawing = Barras desde el primer hasta el último año registrado; la lista siguiente contiene lo mismo
entity-time-open = Una barra discontinua no tiene fin registrado.
entity-as-list = Como lista
entity-as-table = Como tabla

entity-around = Su red
entity-around-drawing = { $n ->
    [one] Un vecino en la red; la tabla siguiente lo nombra
   *[other] { $number } vecinos en la red; la tabla siguiente contiene lo mismo
}
entity-around-caption = { $name } está en el centro. Una línea más gruesa indica que se comparte más; las líneas finas unen vecinos que comparten algo. Los números corresponden a los sectores:
entity-around-most = Se dibujan los { $most } vecinos, de un total de { $total }, con los que más se comparte.
entity-around-alone = Está en la red, pero sin vínculos con otras entidades.
entity-around-none = No está en la red: no consta que participe en nada, o representa a un grupo de organizaciones.
entity-around-later = Se está calculando la red. Vuelva a cargar esta página dentro de un momento.
entity-around-network = Abrir en la red
entity-kind-unknown = sector sin registrar
entity-kind-other = otros sectores
entity-column-shared = En común
entity-metrics = Qué lugar ocupa
entity-metrics-of = Métricas en la red «{ $network }», con el puesto por tamaño entre todos los que tienen valor
entity-metrics-note = Un puesto alto no es una buena nota: lo que dice un número, y lo que no dice, se explica tras su nombre.
entity-column-metric = Métrica
entity-column-value = Valor
entity-column-rank = Puesto
entity-column-means = Qué dice
entity-rank = { $rank } de { $of }
entity-rank-shared = { $rank } de { $of }, compartido con { $shared }
entity-undefined = sin valor
entity-yes = sí
entity-no = no

entity-joined-actor = Una entidad, { $number } IRI
entity-joined-service = Un servicio, { $number } IRI
entity-joined-innovation = Una innovación, { $number } IRI
entity-joined-thing = Una cosa, { $number } IRI
entity-joined-means = Según enlaces aceptados, son lo mismo. Lo que se afirma con cada uno se muestra junto; si se retira un enlace, se separan de nuevo.
entity-links = Enlaces
entity-link = Enlace
entity-link-who = Quién
entity-link-when = Cuándo
entity-link-score = Puntuación
entity-link-why = Por qué
entity-link-about = sobre este enlace
entity-stated-in = Afirmado en
entity-contradiction = Una persona revisora ha determinado que { $one } y { $other } son dos. Los enlaces anteriores los unen de todos modos; retire uno de ellos si eso es incorrecto.

entity-concepts = Conceptos
entity-concept-notation = Notación
entity-concept-name = Nombre
entity-concept-definition = Definición
entity-all-statements = Todas las afirmaciones
entity-all-statements-open = Mostrar cada afirmación, propiedad por propiedad
entity-statements = Afirmaciones
entity-mentioned = Dónde se menciona
entity-sources = Fuentes y formatos
entity-graphs = Afirmado en:
entity-formats = Como datos:
entity-cite = Cítese así:
entity-cite-dated = { $title }. En: Weft, versión { $version } de los datos, de { $date }. { $iri }
entity-cite-undated = { $title }. En: Weft, versión { $version } de los datos. { $iri }
entity-licences = Licencias de los datos:
entity-cite-how = Cómo citar

entity-preview-also = También se llama
entity-preview-stated-in = Afirmado en
entity-preview-id = Identificador

entity-row = { $table }, fila { $row }
entity-values = { $n ->
    [one] Un valor
   *[other] { $number } valores
}
entity-read-all = Leer todo
entity-graph-ontology = Vocabulario y listas de códigos
entity-graph-inferred = Conclusiones de las reglas de alineación
entity-graph-metrics = Métricas de red
entity-graph-links = Enlaces entre conjuntos de datos
entity-graph-queries = Catálogo de consultas
entity-no-licence = Licencia: el conjunto de datos no la indica.

entity-contact = Cómo contactar
entity-contact-website = Sitio web
entity-contact-phone = Teléfono
entity-contact-mail = Correo electrónico
entity-contact-address = Dirección
entity-contact-hours = Horario
entity-contact-languages = Idiomas
entity-contact-eligibility = A quién se dirige
entity-contact-mode = Modo de prestación
entity-contact-access = Accesibilidad
entity-contact-area = Zona atendida
entity-contact-status = Estado
entity-day-1 = Lunes
entity-day-2 = Martes
entity-day-3 = Miércoles
entity-day-4 = Jueves
entity-day-5 = Viernes
entity-day-6 = Sábado
entity-day-7 = Domingo

entity-elsewhere = Lo mismo en otros sitios
entity-else-same = Lo mismo que
entity-else-page = Página sobre ello
entity-else-video = Vídeo
entity-else-source = Se conoce por

entity-payments = { $n ->
    [one] un pago
   *[other] { $number } pagos
}
entity-total = { $sum } en total, en { $payments } con importe registrado
entity-alike = { $n ->
    [one] una vez
   *[other] { $number } afirmaciones iguales
}
entity-more-ties = { $n ->
    [one] Mostrar uno más
   *[other] Mostrar { $number } más
}

entity-rest-of = { $heading }: los demás

entity-around-which = Red: { $network }.
entity-around-affiliation = No consta ninguna otra entidad en aquello en lo que participa, por lo que no tiene vínculos en la red de colaboración; esta es la red de las entidades y aquello en lo que participan.
entity-around-funding = No consta que participe en nada; esta es la red de quién financia a quién.
entity-metrics-common = { $n ->
    [one] Una más, sin valor o con el valor de casi todas
   *[other] { $number } más, sin valor o con el valor de casi todas
}
entity-rank-common = sin rango: { $alike } de { $of } tienen este valor

entity-is-place = «{ $name }» es un lugar.
entity-is-place-within = «{ $name }» es un lugar de { $place }.
entity-is-code = «{ $name }» es un concepto con el que se clasifica.
entity-is-code-of = «{ $name }» es un concepto de la lista «{ $list }».
entity-hub-within = Está en:
entity-hub-list = Lista:
entity-hub-here = Quién y qué hay aquí
entity-hub-with = De quién y de qué se afirma
entity-hub-actors = { $n ->
    [one] una entidad
   *[other] { $number } entidades
}
entity-hub-innovations = { $n ->
    [one] una innovación
   *[other] { $number } innovaciones
}
entity-hub-services = { $n ->
    [one] un servicio
   *[other] { $number } servicios
}
entity-hub-explore = Explorar
entity-hub-board = Tablero de integración
entity-hub-network = Red de colaboración
entity-hub-sectors = Por sector
entity-hub-sectors-note = Lo que está en varios sectores cuenta en cada uno de ellos.
entity-hub-no-sector = Sin sector registrado
entity-hub-count = Número
entity-hub-first = Los primeros { $most } de { $total }, por nombre
entity-hub-all = Por nombre
entity-hub-see = { $n ->
    [one] Verlo
   *[other] Ver los { $number }
}
entity-hub-none = No consta aquí ninguna entidad, innovación ni servicio.
entity-hub-parts = Lugares que comprende
entity-hub-show-parts = { $n ->
    [one] Mostrar un lugar
   *[other] Mostrar { $number } lugares, sedes incluidas
}
entity-hub-broader = Más amplio
entity-hub-narrower = Más específico
entity-hub-matches = En otras listas
entity-match-exact = Lo mismo
entity-match-close = Casi lo mismo
entity-match-broad = Parte de algo más amplio
entity-match-narrow = Más específico allí
entity-match-related = Relacionado
