# La página para explorar entidades, servicios e innovaciones.
explore-title = Explorar
explore-lead = Organizaciones y otras entidades, servicios e innovaciones documentadas. Busque por nombre o acote la lista por sector, nivel de responsabilidad, esfera, lugar, tipo y conjunto de datos.
explore-empty = Todavía no hay entidades, servicios ni innovaciones.
explore-empty-how = Cómo cargar datos
explore-search = Nombre o parte del nombre; solo se busca en los nombres, se toleran erratas
explore-no-words = Este texto no contiene letras ni cifras, o tiene demasiadas palabras, y no se ha buscado. Lo elegido abajo se mantiene.
explore-unknown-value = «{ $facet }»: aquí nada tiene «{ $value }»
explore-unknown-near = ; existen, por ejemplo:
explore-unknown-without = Mostrar la lista sin ello
explore-text = Nombre
explore-apply = Mostrar
explore-jump = Saltar los filtros e ir a los resultados
explore-facets = Acotar
explore-facets-note = Los valores de un mismo apartado son alternativas; los apartados deben cumplirse todos. El número junto a cada valor indica cuántos resultados quedan. Un lugar incluye también los lugares que contiene.
explore-facet-kind = Clase
explore-facet-sector = Sector
explore-facet-level = Nivel
explore-facet-sphere = Esfera
explore-facet-place = Lugar
explore-facet-type = Tipo de entidad
explore-facet-dataset = Conjunto de datos
explore-kind-actor = Entidad
explore-kind-service = Servicio
explore-kind-innovation = Innovación
explore-not-recorded = sin registrar
explore-more = { $n ->
    [one] uno más
   *[other] { $number } más
}
explore-left-out = { $n ->
    [one] Hay un valor más que no se muestra; búsquelo por su nombre.
   *[other] Hay { $number } valores más que no se muestran; búsquelos por su nombre.
}
explore-found = { $n ->
    [0] Ningún resultado
    [one] Un resultado
   *[other] { $number } resultados
}
explore-chosen = Lo que se ha elegido
explore-remove = , quitar
explore-remove-all = Quitar todo
explore-values = ¿Busca todo lo que hay en alguno de estos?
explore-cut = Hay tantos nombres parecidos a este texto que solo se consideran los 10.000 mejores. Añada una palabra.
explore-sort = Orden
explore-sort-apply = Ordenar
explore-sort-usual = habitual: más conectados y por nombre
explore-sort-name = por nombre
explore-sort-relevance = primero los más parecidos
explore-sort-connections = primero los de más conexiones
explore-sort-partners = primero los de más socios
explore-nothing = No consta nada que cumpla todas estas condiciones. Que no conste no significa que no exista: algunas entidades no tienen registrado su sector, su nivel o su lugar. Elija «sin registrar» para verlas.
explore-beyond = Hay { $total } resultados; esta dirección pide lo que viene después del último.
explore-beyond-first = A la primera página
explore-range = { $first } a { $last } de { $total }
explore-column-name = Nombre
explore-column-kind = Clase
explore-column-connections = Conexiones
explore-connections-means = Para una entidad: servicios e innovaciones en los que participa, y entidades con las que consta un vínculo, a las que financia o que la financian. Para un servicio o una innovación: entidades que participan o lo financian.
explore-column-providers = Prestador
explore-column-partners = Socios
explore-partners-means = Entidades con las que comparte un servicio, una innovación o un vínculo: su grado en la red de colaboración
explore-no-partners-means = No está en la red de colaboración
explore-pages = Páginas de resultados
explore-previous = Anterior
explore-next = Siguiente
explore-columns-note = Conexiones: para una entidad, los servicios e innovaciones en los que participa, con las entidades con las que consta un vínculo, a las que financia o que la financian; para un servicio o una innovación, las entidades que participan o lo financian. Socios: otras entidades con las que comparte un servicio, una innovación o un vínculo; – si no está en la red de colaboración, que deja fuera los grupos de organizaciones y los papeles que solo documentan o enmarcan un caso.
explore-take = Llévese el resultado
explore-take-all = { $n ->
    [one] La única fila en un archivo:
   *[other] Las { $number } filas en un archivo:
}
explore-take-page = Las filas { $first } a { $last } como consulta; su última línea, LIMIT y OFFSET, la limita a esta página:
explore-sparql = Ver como SPARQL
explore-query = La consulta que da estas filas
explore-cite = Versión { $version } de los datos.
explore-cite-how = Cómo citar
