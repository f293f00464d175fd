# Makes hdbscan.golden.json with Debian's r-cran-dbscan: Rscript reference/hdbscan.R (in this estimator's folder)
library(dbscan)
set.seed(20240704)

# Values that float32 holds exactly: both sides see the same numbers.
single <- function(x) round(x * 2^16) / 2^16
list_of <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")

case <- function(name, x, minPts) {
  x <- single(as.matrix(x))
  fit <- hdbscan(x, minPts = minPts)
  paste0(
    '{"name":"', name, '","rows":', nrow(x), ',"cols":', ncol(x), ',"minPoints":', minPts,
    ',"data":', list_of(as.vector(t(x))), ',"cluster":', list_of(fit$cluster),
    ',"core":', list_of(coredist(x, minPts)), ',"heights":', list_of(sort(fit$hc$height)),
    ',"outlier":', list_of(fit$outlier_scores), ',"probability":', list_of(fit$membership_prob), "}"
  )
}

blobs <- function(n, d, k, spread) {
  centres <- matrix(rnorm(k * d, 0, 5), k, d)
  centres[sample(k, n, TRUE), , drop = FALSE] + matrix(rnorm(n * d, 0, spread), n, d)
}
moons <- function(n, noise) {
  t <- runif(n, 0, pi)
  upper <- seq_len(n) %% 2 == 0
  cbind(ifelse(upper, cos(t), 1 - cos(t)), ifelse(upper, sin(t), 0.5 - sin(t))) + matrix(rnorm(2 * n, 0, noise), n, 2)
}

cases <- c(
  case("moons", moons(300, 0.07), 8),
  case("blobs of one density", blobs(250, 2, 5, 0.6), 6),
  case("blobs of two densities over noise", rbind(blobs(120, 2, 3, 0.3), blobs(120, 2, 2, 1.6), matrix(runif(80, -12, 12), 40, 2)), 7),
  case("six columns", blobs(150, 6, 3, 1.0), 5),
  case("one column", matrix(c(rnorm(60, 0, 1), rnorm(50, 9, 0.5)), ncol = 1), 5)
)
made <- paste0('{"script":"reference/hdbscan.R","R":"', R.version$major, ".", R.version$minor, '","dbscan":"', packageVersion("dbscan"), '","seed":20240704}')
writeLines(paste0('{"madeBy":', made, ',"cases":[', paste(cases, collapse = ","), "]}"), "reference/hdbscan.golden.json")
cat("R", R.version$major, R.version$minor, "dbscan", format(packageVersion("dbscan")), "seed 20240704\n")
