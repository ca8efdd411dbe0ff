# Las redes, y cada una dibujada.
networks-title = Redes
networks-lead = Quién trabaja con quién, y cómo se enlazan los sectores y los niveles de responsabilidad. Cada red está dibujada y puede filtrarse, recorrerse y descargarse.
networks-data = Los mismos datos
networks-data-list = Esta lista para programas y hojas de cálculo:
networks-own = También una consulta propia forma una red: un archivo en la carpeta de redes añade una a esta página.
networks-version = Versión { $number } de los datos.
networks-cite = Cómo citar
networks-licences = Licencias de los conjuntos de datos
networks-count-nodes = { $n ->
    [one] { $number } nodo
   *[other] { $number } nodos
}
networks-count-ties = { $n ->
    [one] { $number } vínculo
   *[other] { $number } vínculos
}
networks-count-parts = { $n ->
    [0] ninguna parte conectada
    [one] { $number } parte conectada
   *[other] { $number } partes conectadas
}
networks-count-alone = { $n ->
    [0] ninguno sin vínculos
    [one] { $number } sin vínculos
   *[other] { $number } sin vínculos
}
networks-directed = los vínculos tienen dirección
networks-two-mode = dos clases de nodos

networks-title-collaboration = Colaboración
networks-plain-collaboration = Qué organizaciones trabajan juntas: dos están vinculadas si participan en el mismo servicio o innovación, o si consta un vínculo entre ellas. Cuanto más comparten, más fuerte es el vínculo.
networks-title-affiliation = Entidades y aquello en lo que participan
networks-plain-affiliation = Organizaciones a un lado, servicios e innovaciones al otro: un vínculo indica que la organización participa.
networks-title-actor-sector = Entidades y sectores
networks-plain-actor-sector = Qué organizaciones trabajan en qué sectores, como sanidad, vivienda o empleo. Las que están en varios los unen.
networks-title-sectors = Sectores
networks-plain-sectors = Cómo se enlazan los sectores: cuantas más organizaciones, servicios o innovaciones comparten dos sectores, más fuerte es el vínculo.
networks-title-levels = Niveles de responsabilidad
networks-plain-levels = Cómo enlazan los niveles de responsabilidad, del local al europeo, las organizaciones, servicios e innovaciones que actúan en ambos.
networks-title-funding = Financiación
networks-plain-funding = Quién financia a quién: el vínculo va de quien paga a quien recibe. Es tan fuerte como el importe, cuando se conoce.

networks-restricted = Solo se muestra una parte:
networks-show-all = Mostrar todo
networks-too-large = La red es demasiado grande para dibujarla entera. El dibujo contiene los { $nodes } nodos con más vínculos y los { $ties } vínculos más fuertes; todas las cifras y los archivos son de la red completa. Con filtros se reduce.
networks-empty = No hay nada que dibujar.
networks-empty-data = Los datos aún no contienen ningún nodo de esta red. Aparecerá aquí cuando se carguen conjuntos de datos con entidades y sus vínculos.
networks-empty-filter = Ningún nodo cumple todos los filtros. Quite alguno o muestre todo.
networks-colour = Color según
networks-size = Tamaño según
networks-size-help = Qué significa esta cifra
networks-by-sector = Sector
networks-by-level = Nivel de responsabilidad
networks-by-sphere = Esfera
networks-by-place = Lugar
networks-by-community = Comunidad
networks-community = Comunidad { $number }
networks-others = { $n ->
    [one] { $number } más
   *[other] { $number } más
}
networks-unknown = No consta
networks-yes = sí
networks-no = no
networks-filters = Filtros
networks-filters-help = Dentro de un grupo basta con que se cumpla una opción; los grupos deben cumplirse todos. Queda fuera aquello de lo que no consta el dato.
networks-filter-sector = Sector
networks-filter-level = Nivel de responsabilidad
networks-filter-sphere = Esfera
networks-filter-place = Lugar
networks-filter-role = Papel
networks-filter-dataset = Conjunto de datos
networks-filter-time = Tiempo
networks-filter-since = Aún vigente en
networks-filter-until = Ya vigente en
networks-filter-also = Incluir también
networks-filter-groups = Grupos de organizaciones
networks-filter-contextual = Papeles que solo enmarcan o documentan
networks-time-help = Un año, un mes (2015-06) o un día. Lo que no tiene fecha queda fuera.
networks-more-choices = { $n ->
    [one] { $number } más puede escribirse en la dirección
   *[other] { $number } más pueden escribirse en la dirección
}
networks-apply = Aplicar
networks-no-script = Sin scripts este dibujo es fijo. Los filtros, colores y tamaños funcionan; para moverlo, buscar y ver caminos, permita los scripts.
networks-drawing = Dibujo
networks-drawing-of = Dibujo de la red
networks-too-large-still = El dibujo necesita scripts y WebGL: la red tiene demasiados nodos para un dibujo fijo. Las tablas siguientes muestran lo mismo.
networks-find = Buscar un nodo
networks-path = Cómo se conectan dos nodos
networks-path-from = Desde
networks-path-to = Hasta
networks-path-find = Buscar el camino más corto
networks-clear = Borrar
networks-view = Vista
networks-zoom-in = Acercar
networks-zoom-out = Alejar
networks-zoom-all = Todo
networks-full = Pantalla completa
networks-share = Copiar el enlace a esta vista
networks-keys = Con el foco en el dibujo: las flechas lo mueven, + y − cambian la escala, 0 muestra todo, N y P recorren los vecinos del nodo seleccionado, Esc lo suelta.
networks-layout-means = Los nodos vinculados están cerca; izquierda, derecha, arriba y abajo no significan nada. Los mismos datos se dibujan siempre igual. Las partes sin vínculos entre sí están separadas.
networks-alone-folded = { $n ->
    [one] { $number } sin vínculos no se dibuja.
   *[other] { $number } sin vínculos no se dibujan.
}
networks-alone-shown = { $n ->
    [one] { $number } sin vínculos se dibuja también.
   *[other] { $number } sin vínculos se dibujan también.
}
networks-alone-show = Mostrar
networks-alone-fold = Dejar fuera
networks-selected = Nodo seleccionado
networks-best = Los mejor conectados
networks-best-by = Primeros por: { $metric }
networks-best-means = Aquellos con los que más nodos están vinculados. Tener muchos vínculos no es de por sí un mérito: también puede indicar que mucho depende de una sola entidad.
networks-best-caption = { $shown } de { $all } nodos
networks-several = Quien pertenece a varios tiene varios colores.
networks-best-scroll = Tabla de los mejor conectados
networks-table-scroll = Tabla de todos los nodos
networks-help = Qué significa esta cifra
networks-rank = Puesto
networks-name = Nombre
networks-table = Todos los nodos en una tabla
networks-table-means = Lo mismo que el dibujo, para leer: elija un nodo para ver sus vínculos y cifras.
networks-table-find = Solo nombres con
networks-take = Descargar
networks-tables = Tablas:
networks-nodes-csv = nodos con cifras (CSV)
networks-ties-csv = vínculos (CSV)
networks-layout-csv = posiciones (CSV)
networks-figures-json = cifras de la red (JSON)
networks-means = Qué es esta red
networks-nodes-are = Nodos
networks-ties-are = Vínculos
networks-weights-are = Fuerza de un vínculo
networks-defined-as = Definición completa
networks-left = Queda fuera
networks-left-undated = { $n ->
    [one] { $number } afirmación sin fecha
   *[other] { $number } afirmaciones sin fecha
}
networks-left-groups = { $n ->
    [one] { $number } entidad que representa a un grupo de organizaciones
   *[other] { $number } entidades que representan a grupos de organizaciones
}
networks-left-contextual = { $n ->
    [one] { $number } afirmación cuyo papel solo enmarca o documenta un caso
   *[other] { $number } afirmaciones cuyos papeles solo enmarcan o documentan un caso
}
networks-left-loops = { $n ->
    [one] { $number } vínculo de un nodo consigo mismo
   *[other] { $number } vínculos de nodos consigo mismos
}

# Métricas de los nodos, por su identificador.
networks-metric-degree = Número de vínculos
networks-metric-strength = Fuerza de todos los vínculos
networks-metric-betweenness = Intermediación: en caminos entre otros
networks-metric-closeness = Cercanía a todos los demás
networks-metric-harmonic = Centralidad armónica
networks-metric-eigenvector = Vínculos con nodos bien vinculados (vector propio)
networks-metric-pagerank = PageRank
networks-metric-core = Profundidad en el núcleo
networks-metric-clustering = Vecinos vinculados entre sí (agrupamiento)
networks-metric-constraint = Restricción por pocos contactos
networks-metric-effectiveSize = Contactos separados (tamaño efectivo)
networks-metric-eiIndex = Vínculos fuera del propio grupo (índice E-I)
networks-metric-participationCoefficient = Reparto de vínculos entre grupos
networks-metric-sectorReach = Sectores alcanzados
networks-metric-levelReach = Niveles alcanzados
networks-metric-community = Comunidad
networks-metric-articulation = La red se parte sin él
networks-metric-coordinator = Mediador dentro del grupo (coordinador)
networks-metric-itinerant = Mediador desde fuera (itinerante)
networks-metric-gatekeeper = Da entrada al grupo (puerta de entrada)
networks-metric-representative = Representa al grupo (representante)
networks-metric-liaison = Une a otros dos grupos (enlace)
networks-metric-eccentricity = Distancia al más lejano (excentricidad)
networks-metric-efficiency = Proporción de contactos separados (eficiencia)
networks-metric-hierarchy = Restricción por un solo contacto (jerarquía)
networks-metric-levelEi = Vínculos fuera del propio nivel (índice E-I)
networks-metric-levelParticipation = Reparto de vínculos entre niveles
networks-metric-neighbourDiversity = Diversidad de sectores de los vecinos
networks-metric-brokerage = Mediación total (Gould–Fernandez)
networks-metric-inCore = Miembro del núcleo
networks-metric-latapyClustering = Comparte vecinos con otros (agrupamiento bipartito)
networks-metric-redundancy = Otros unen lo mismo (redundancia)
networks-metric-providers = Entidades con las que está vinculado (prestadores)
networks-metric-isFragile = Depende de una sola entidad (frágil)

# Para el script.
js-networks-drawing-of = Red { $title }: { $nodes } nodos, { $ties } vínculos. La tabla siguiente contiene los mismos nodos.
js-networks-no-webgl = Este navegador no puede dibujar con WebGL. La tabla siguiente contiene los mismos nodos.
js-networks-not-known = No consta
js-networks-others = Otros: { $count }
js-networks-show = Mostrar { $name }
js-networks-hidden = Nodos ocultos por la leyenda: { $count }
js-networks-show-all = Mostrar todo de nuevo
js-networks-legend-help = Desmarque lo que no deba dibujarse.
js-networks-open = Página de este nodo
js-networks-sector = Sector
js-networks-level = Nivel de responsabilidad
js-networks-sphere = Esfera
js-networks-place = Lugar
js-networks-community = Comunidad
js-networks-figures = Cifras
js-networks-figure = Cifra
js-networks-value = Valor
js-networks-rank = Puesto
js-networks-rank-of = { $rank } de { $count }
js-networks-figures-wait = Se están calculando las cifras…
js-networks-neighbours = Vecinos: { $count }
js-networks-neighbours-more = y { $count } más
js-networks-weight = fuerza { $weight }
js-networks-evidence = Pruebas
js-networks-evidence-of = Pruebas del vínculo entre { $a } y { $b }
js-networks-evidence-none = No hay ninguna afirmación visible para usted.
js-networks-evidence-role = papel: { $role }
js-networks-evidence-source = Fuente
js-networks-evidence-graph = Conjunto de datos
js-networks-evidence-all = Todas las afirmaciones (JSON)
js-networks-close = Cerrar
js-networks-path-from-here = Camino desde aquí
js-networks-path-to-here = Camino hasta aquí
js-networks-path-title = De { $a } a { $b }
js-networks-path-steps = { $a } y { $b } están a { $count } vínculos: { $list }.
js-networks-path-direct = { $a } y { $b } están vinculados directamente.
js-networks-path-same = Elija dos nodos distintos.
js-networks-path-none = No hay ningún camino entre { $a } y { $b } en lo dibujado.
js-networks-path-choose = Elija un nodo en cada extremo.
js-networks-path-partly = Solo se dibujan los vínculos más fuertes; puede existir un camino más corto.
js-networks-path-undirected = No se tienen en cuenta las direcciones.
js-networks-path-links = Los vínculos del camino
js-networks-found = Nombres que coinciden: { $count }
js-networks-found-none = Ningún nombre coincide
js-networks-selected = Seleccionado: { $name }; vínculos: { $count }
js-networks-cleared = No hay nada seleccionado
js-networks-name = Nombre
js-networks-select = Seleccionar { $name }
js-networks-previous = Anterior
js-networks-next = Siguiente
js-networks-page = { $first } a { $last } de { $count }
js-networks-table-caption = Nodos de la red, { $count } en total
js-networks-yes = sí
js-networks-no = no
js-networks-edges-on-move = Los vínculos se ocultan mientras el dibujo se mueve, para que sea fluido.
js-networks-cite = Weft, red { $title }, versión { $version } de los datos, { $date }
js-networks-copied = Se ha copiado el enlace
js-networks-full-on = Salir de pantalla completa
js-networks-full-off = Pantalla completa
js-networks-alone-folded = Sin vínculos y sin dibujar: { $count }.
js-networks-alone-shown = Sin vínculos, también dibujados: { $count }.
js-networks-alone-show = Mostrar
js-networks-alone-fold = Dejar fuera
js-networks-size-means = Tamaño: { $name }
js-networks-several = Quien pertenece a varios tiene varios colores.
