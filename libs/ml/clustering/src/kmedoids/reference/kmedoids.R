# Makes kmedoids.golden.json with Debian's r-cran-cluster: Rscript reference/kmedoids.R (in this estimator's folder)
library(cluster)
set.seed(20240706)

# Values that float32 holds exactly: both sides see the same numbers.
single <- function(x) round(x * 2^16) / 2^16
list_of <- function(x) paste0("[", paste(ifelse(is.na(x), "null", sprintf("%.17g", x)), collapse = ","), "]")

case <- function(name, x, k, metric, categories = integer(0), weights = NULL) {
  columns <- as.data.frame(x)
  for (j in categories) columns[[j + 1]] <- factor(columns[[j + 1]])
  w <- if (is.null(weights)) rep(1, ncol(x)) else weights
  d <- if (metric == "gower") daisy(columns, metric = "gower", weights = w) else dist(x, method = metric)
  fit <- pam(d, k)
  paste0(
    '{"name":"', name, '","rows":', nrow(x), ',"cols":', ncol(x), ',"k":', k, ',"metric":"', metric,
    '","categories":', list_of(categories), ',"weights":', list_of(w), ',"data":', list_of(as.vector(t(x))),
    ',"firstDistances":', list_of(as.matrix(d)[1, ]), ',"cost":', sprintf("%.17g", fit$objective[["swap"]] * nrow(x)),
    ',"labels":', list_of(fit$clustering), "}"
  )
}

blobs <- function(n, d, k, spread) {
  centres <- matrix(rnorm(k * d, 0, 4), k, d)
  single(centres[sample(k, n, TRUE), , drop = FALSE] + matrix(rnorm(n * d, 0, spread), n, d))
}
group <- sample(3, 120, TRUE)
mixed <- cbind(
  single(rnorm(120, group * 3)), ifelse(runif(120) < 0.8, group, sample(4, 120, TRUE)),
  single(exp(rnorm(120))), ifelse(runif(120) < 0.7, group %% 2, sample(0:1, 120, TRUE))
)
holes <- mixed
holes[sample(length(holes), 25)] <- NA

cases <- c(
  case("euclidean", blobs(150, 3, 4, 1.2), 4, "euclidean"),
  case("manhattan", blobs(120, 4, 5, 1.5), 5, "manhattan"),
  case("one cluster", blobs(60, 2, 2, 1), 1, "euclidean"),
  case("mixed columns", mixed, 3, "gower", c(1, 3)),
  case("mixed columns with weights", mixed, 3, "gower", c(1, 3), c(2, 1, 0.25, 1)),
  case("mixed columns with missing values", holes, 3, "gower", c(1, 3))
)
made <- paste0('{"script":"reference/kmedoids.R","R":"', R.version$major, ".", R.version$minor, '","cluster":"', packageVersion("cluster"), '","seed":20240706}')
writeLines(paste0('{"madeBy":', made, ',"cases":[', paste(cases, collapse = ","), "]}"), "reference/kmedoids.golden.json")
cat("R", R.version$major, R.version$minor, "cluster", format(packageVersion("cluster")), "seed 20240706\n")
