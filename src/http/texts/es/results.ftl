# Resultados de consultas.
results-title = Resultados
results-answer = La respuesta
results-yes = Sí
results-no = No
results-true = Sí
results-false = No
results-any = – cualquiera –
results-choices = Qué consultar
results-run = Mostrar la respuesta
results-refused = Estos valores no son válidos
results-empty = Sin filas: nada de lo registrado encaja.
results-empty-why = Arriba se explica qué significa la ausencia de una fila.
results-cut =
    { $n ->
        [one] Se muestra la primera fila; las descargas las contienen todas.
       *[other] Se muestran las primeras { $number } filas; las descargas las contienen todas.
    }
results-rows =
    { $n ->
        [one] 1 fila
       *[other] { $number } filas
    }
results-download = Descargar:
results-cite = Citar esta respuesta
results-version = Versión de los datos { $n }
results-pinned = Fijada a la versión { $n } de los datos
results-permalink = Enlace permanente
results-permalink-what = a esta respuesta tal como es ahora.
results-in-memory = Este servicio guarda sus datos en memoria, por lo que esta respuesta no tiene un enlace duradero.
results-newest = Consultar los datos más recientes
results-cite-as = Citar como:
results-licences = Las licencias de aquello en lo que se apoya la respuesta:
results-query = La consulta
results-query-show = Mostrar la consulta SPARQL
results-program = Llamarla desde un programa o una hoja de cálculo
results-program-lead = La misma dirección da cada vez la respuesta más reciente. Los parámetros van detrás del signo de interrogación.
results-kind-iri = un identificador (IRI)
results-kind-string = texto
results-kind-integer = un número entero
results-kind-decimal = un número
results-kind-date = una fecha, como 2014-02-28 o 2014
results-kind-boolean = sí o no
js-results-views = Vistas de los resultados
js-results-table = Tabla
js-results-chart = Gráfico
js-results-map = Mapa
js-results-network = Red
js-results-raw = Sin procesar
js-results-yes = Sí
js-results-no = No
js-results-empty = Sin filas: nada de lo registrado encaja.
js-results-filter = Filtrar las filas
js-results-rows-of = Filas { $from } a { $to } de { $total }
js-results-rows-none = Ninguna fila contiene este texto.
js-results-cut = Aquí solo están las primeras { $rows } filas; las descargas las contienen todas.
js-results-previous = Anteriores
js-results-next = Siguientes
js-results-sort = Ordenar por { $column }
js-results-caption = Filas: { $rows }. Los encabezados ordenan.
js-results-names = Mostrar nombres en lugar de identificadores
js-results-download = Descargar:
js-results-copy-of = Copiar el código { $name }
js-results-code = Como código
js-results-chart-none = Un gráfico necesita una columna de números; estos resultados no tienen ninguna.
js-results-chart-kind = Tipo
js-results-chart-bar = Barras
js-results-chart-line = Línea
js-results-chart-scatter = Puntos
js-results-chart-x = A lo largo de
js-results-chart-y = Cantidad
js-results-chart-label = { $kind }: { $y } por { $x }, { $n } valores. La tabla los contiene todos.
js-results-chart-most = Se dibujan los primeros { $n } de { $total } valores; ordene la consulta para elegir cuáles.
js-results-chart-left-out = Filas omitidas por no tener número: { $n }.
js-results-map-none = Un mapa necesita lugares: una columna de WKT (como POINT(2.35 48.86)) o dos columnas llamadas lat y long.
js-results-map-label = Mapa con { $n } lugares. La tabla los contiene todos.
js-results-map-left-out = Filas omitidas por no tener lugar: { $n }.
js-results-map-most = Se dibujan los primeros { $n } de { $total } lugares.
js-results-map-source = Contornos: Natural Earth, dominio público.
js-results-map-no-outlines = No se pudieron cargar los contornos de los países; los lugares son correctos de todos modos.
js-results-zoom-in = Acercar
js-results-zoom-out = Alejar
js-results-zoom-all = Mostrar todo
js-results-move = Desplace con las flechas, acerque o aleje con + y −.
js-results-network-none = Una red necesita dos columnas de identificadores en la misma fila.
js-results-network-from = Desde
js-results-network-to = Hasta
js-results-network-label = Red de { $nodes } nodos y { $ties } vínculos. La tabla los contiene todos.
js-results-network-most = Solo se dibujan los { $n } nodos con más vínculos de { $total }.
js-results-network-ties = { $label }, vínculos: { $n }
js-results-raw-cut = Se muestra el principio; las descargas lo contienen todo.
js-results-true = verdadero
js-results-false = falso
