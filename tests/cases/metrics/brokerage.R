# Gould-Fernandez brokerage by sna, for make.py.
# Reads from standard input: a line `n directed`, a line of n group numbers, then one line `u v`
# a tie, counted from 0. Writes one line a node: w_I w_O b_IO b_OI b_O.
suppressPackageStartupMessages(library(sna))
lines <- readLines(file("stdin"))
head <- as.integer(strsplit(lines[1], " ")[[1]])
groups <- as.integer(strsplit(lines[2], " ")[[1]])
a <- matrix(0, head[1], head[1])
for (line in lines[-(1:2)]) {
  tie <- as.integer(strsplit(line, " ")[[1]]) + 1
  a[tie[1], tie[2]] <- 1
  if (head[2] == 0) a[tie[2], tie[1]] <- 1
}
raw <- brokerage(a, groups)$raw.nli
cat(as.character(packageVersion("sna")), "\n")
write.table(raw[, c("w_I", "w_O", "b_IO", "b_OI", "b_O")], row.names = FALSE, col.names = FALSE)
