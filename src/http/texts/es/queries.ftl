# Las preguntas del catálogo.
queries-title = Preguntas listas para ejecutar
queries-lead = Cada pregunta se responde con los datos tal como están ahora. Abra una, elija el sector o el lugar que le interese y consulte o descargue la respuesta. No hace falta escribir nada.
queries-find = Buscar una pregunta
queries-topics = Temas
queries-none = El catálogo no contiene preguntas.
queries-saved = Guardadas por otras personas
queries-saved-lead = Las han guardado personas con un token. Junto a cada una figura quién lo hizo.
queries-by = de { $owner }
queries-choose = Puede elegir:
queries-open = Abrir
queries-edit = Abrir en el editor
queries-list = La lista para programas
queries-list-lead =
    { $n ->
        [one] La única pregunta
       *[other] Las { $number } preguntas con sus parámetros:
    }
queries-topic-overview = Panorama
queries-topic-bridges = Puentes entre sectores
queries-topic-sectors = Sectores que trabajan juntos
queries-topic-levels = Niveles de responsabilidad
queries-topic-funding = Financiación y dependencia
queries-topic-roles = Quién participa y con qué grado de formalidad
queries-topic-spheres = Público, tercer sector, privado y comunidad
queries-topic-integration = Hasta dónde llega la integración
queries-topic-innovation = Innovación
queries-topic-evidence = Pruebas y fuentes
queries-topic-services = Servicios, lugares y grupos destinatarios
queries-topic-other = Otras preguntas
js-queries-found-one = 1 pregunta
js-queries-found = { $n } preguntas
js-queries-found-none = Ninguna pregunta contiene todas esas palabras. Pruebe con menos.
