# Makes gap.golden.json with Debian's r-cran-cluster: Rscript reference/gap.R (in the folder src)
library(cluster)
set.seed(20251122)

# Values that float32 holds exactly: both sides see the same numbers.
single <- function(x) round(x * 2^12) / 2^12
list_of <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
rules <- c(tibshirani = "Tibs2001SEmax", first = "firstSEmax", global = "globalSEmax")
chosen <- function(gap, error) {
  found <- sapply(rules, function(rule) maxSE(gap, error, rule))
  paste0("{", paste0('"', names(rules), '":', found, collapse = ","), "}")
}

blobs <- function(centres, each, spread) {
  single(centres[rep(seq_len(nrow(centres)), each), , drop = FALSE] + matrix(rnorm(nrow(centres) * each * ncol(centres), 0, spread), ncol = ncol(centres)))
}
case <- function(name, planted, x) {
  fit <- clusGap(x, kmeans, K.max = 6, B = 60, d.power = 2, spaceH0 = "scaledPCA", verbose = FALSE, nstart = 20, iter.max = 50)$Tab
  paste0(
    '{"name":"', name, '","planted":', planted, ',"rows":', nrow(x), ',"cols":', ncol(x), ',"data":', list_of(as.vector(t(x))),
    ',"logW":', list_of(fit[, "logW"]), ',"gap":', list_of(fit[, "gap"]), ',"error":', list_of(fit[, "SE.sim"]),
    ',"chosen":', chosen(fit[, "gap"], fit[, "SE.sim"]), "}"
  )
}
cases <- c(
  case("two", 2, blobs(rbind(c(0, 0), c(6, 0)), 40, 1)),
  case("three", 3, blobs(rbind(c(0, 0), c(6, 0), c(2, 7)), 30, 1)),
  case("four in three columns", 4, blobs(rbind(c(0, 0, 0), c(7, 0, 2), c(0, 7, 4), c(7, 7, 0)), 25, 1)),
  case("five, one far", 5, blobs(rbind(c(0, 0), c(6, 0), c(0, 6), c(6, 6), c(20, 20)), 20, 0.8)),
  case("uniform", 1, single(matrix(runif(160), ncol = 2)))
)
tables <- sapply(1:40, function(i) {
  gap <- cumsum(rnorm(8, 0.05, 0.15))
  error <- runif(8, 0.01, 0.1)
  paste0('{"gap":', list_of(gap), ',"error":', list_of(error), ',"chosen":', chosen(gap, error), "}")
})
made <- paste0('{"script":"reference/gap.R","R":"', R.version$major, ".", R.version$minor, '","cluster":"', packageVersion("cluster"), '","seed":20251122}')
writeLines(paste0('{"madeBy":', made, ',"cases":[', paste(cases, collapse = ","), '],"tables":[', paste(tables, collapse = ","), "]}"), "reference/gap.golden.json")
cat("R", R.version$major, R.version$minor, "cluster", format(packageVersion("cluster")), "seed 20251122\n")
