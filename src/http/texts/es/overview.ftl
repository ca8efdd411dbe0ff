# La portada.
overview-title = entidades, servicios y sectores
overview-heading = ¿Quién trabaja con quién, entre sectores y niveles?
overview-lead = Weft es un mapa de los servicios sociales: quién presta, financia, regula y deriva; en qué sector y en qué nivel de responsabilidad; y según quién.
overview-search = Busque por su nombre una organización, un servicio o un caso
overview-browse = Explorar todo
overview-here = Qué hay aquí
overview-sentence = { $actors }, { $services } y { $innovations }; { $participations }, y { $provisions }; en { $sectors } y en { $levels }.
overview-count-actors = { $n ->
    [one] Una entidad
   *[other] { $number } entidades
}
overview-count-services = { $n ->
    [0] ningún servicio
    [one] un servicio
   *[other] { $number } servicios
}
overview-count-innovations = { $n ->
    [0] ninguna innovación documentada
    [one] una innovación documentada
   *[other] { $number } innovaciones documentadas
}
overview-count-participations = { $n ->
    [0] ninguna participación registrada
    [one] una participación registrada
   *[other] { $number } participaciones registradas
}
overview-count-provisions = { $n ->
    [0] ninguna entidad consta como prestadora de un servicio
    [one] consta un servicio con una entidad que lo presta
   *[other] { $number } veces consta una entidad como prestadora de un servicio
}
overview-count-sectors = { $n ->
    [one] un sector
   *[other] { $number } sectores
}
overview-count-levels = { $n ->
    [one] un nivel de responsabilidad
   *[other] { $number } niveles de responsabilidad
}
overview-fresh = Último cambio: { $changed } (versión { $version } de los datos), a partir de
overview-version = Versión { $version } de los datos, a partir de
overview-sets-count = { $n ->
    [one] un conjunto de datos
   *[other] { $number } conjuntos de datos
}
overview-filled = Está cumplimentado el { $share } de los campos que se esperan de cada entidad.
overview-means = Qué significa

overview-figures = Seis cifras
overview-pending = Las cifras se están calculando; el resto de la página está completo.
overview-reload = Volver a cargar la página
overview-actors = Entidades
overview-actors-means = Organizaciones, unidades, redes y grupos que nombran los datos.
overview-actors-basis = { $part } de { $whole } están en la red de colaboración; de las demás no consta que participen en nada, o representan a un grupo.
overview-services = Servicios e innovaciones
overview-services-means = Lo que se presta a las personas y las prácticas documentadas en torno a ello.
overview-services-basis = En { $part } de { $whole } consta al menos una entidad que lo presta o participa.
overview-held-name = Conectadas
overview-held-means = Proporción de las entidades de la red que están en su mayor parte conectada: desde cada una hay un camino a cada una de las demás.
overview-held-alone = De { $alone } de las { $nodes } entidades de la red no consta ningún vínculo: los directorios suelen nombrar un solo prestador por servicio, y entonces no hay vínculo que registrar. La cifra indica cuánto consta más que quién trabaja con quién.
overview-bridging-name = Vínculos que tienden puentes
overview-bridging-means = Proporción de los vínculos que cruzan un sector, un nivel de responsabilidad o ambos: la integración que consta.
overview-dependence-name = Pares de sectores que dependen de una entidad
overview-dependence-means = Proporción de los pares de sectores unidos que mantiene una sola entidad: sin ella no queda ningún vínculo registrado.
overview-formal-name = Vínculos formalizados
overview-formal-means = Proporción de los vínculos registrados que se apoyan en un instrumento, como un contrato, un convenio o una afiliación.
overview-rests = Se basa en { $actors } de { $all } entidades, en { $sets } de { $of } conjuntos de datos: de las demás no consta ningún vínculo que cuente aquí.
overview-basis = { $part } de { $whole }.
overview-basis-unknown = { $part } de { $whole }; { $unknown } no se pueden juzgar.
overview-coverage = Cobertura: { $share }
overview-no-value = sin valor
overview-trend = Evolución:
overview-trend-up = sube de { $from } ({ $begin }) a { $to } ({ $end })
overview-trend-down = baja de { $from } ({ $begin }) a { $to } ({ $end })
overview-trend-sets = . Entretanto el número de conjuntos de datos pasó de { $before } a { $after }: hay otros datos, no solo cambios
overview-trend-first = aún sin evolución: primera versión
overview-trend-none = sin evolución: esta cifra aún no está en el historial
overview-trend-same = { $to } el { $begin } y también el { $end }
overview-cite = Cómo citar
overview-history = Todas las cifras principales a lo largo del tiempo

overview-doors = Por dónde seguir
overview-door-analyst = Quiero ver cómo se articulan los servicios
overview-door-analyst-says = El panel de integración: sector por sector, nivel por nivel, qué depende de una sola entidad y dónde faltan puentes; cada cifra, con su tabla y sus límites.
overview-scenarios = ¿Y si…?
overview-door-builder = Hago un cuadro de mando
overview-door-builder-says = Cada cifra es una dirección: JSON, CSV y otros formatos, con filtros, para Grafana, Superset, Power BI o una hoja de cálculo.
overview-door-researcher = Tengo una pregunta de investigación
overview-door-researcher-says = Preguntas listas para usar, un editor de consultas, el vocabulario y una forma de citar cada respuesta.
overview-door-partner = Tengo datos que compartir
overview-door-partner-says = Suba datos, vea el informe de comprobación y lo que cambiaría, y acéptelo; revise los enlaces entre conjuntos de datos.

overview-questions = Preguntas frecuentes a los datos
overview-questions-all = { $n ->
    [one] La pregunta lista para usar
   *[other] Las { $number } preguntas listas para usar
}
overview-sets = Conjuntos de datos
overview-set = Conjunto de datos
overview-triples = Afirmaciones
overview-changed = Último cambio
overview-licence = Licencia
overview-no-licence = no consta
overview-private = privado
overview-sets-more = { $n ->
    [one] Un conjunto de datos más, archivos y licencias
   *[other] { $number } conjuntos de datos más, archivos y licencias
}
overview-sets-files = Archivos para descargar, responsables y licencias

overview-empty = Todavía no se ha cargado nada
overview-empty-load = Cargue un archivo RDF, los casos de INNOSERV que acompañan al programa o tablas en un formato conocido:
overview-empty-partners = O suba datos en el navegador:
overview-command-line = Desde la línea de órdenes
overview-read-only = Este servicio es de solo lectura.
overview-write-open = Para escribir (este servicio acepta escrituras sin token desde esta máquina):
overview-write-token = Para escribir, cree un token y envíelo:
overview-summary = Recuentos en JSON
overview-health = Estado del servicio
