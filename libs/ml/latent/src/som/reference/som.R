# Makes som.golden.json with Debian's r-cran-kohonen: the quantisation error of its batch maps on seeded rows.
# The error to be held to is the median of ten seeds. Rscript som.R  (apt-get install r-cran-kohonen); the rows are made here, so that both sides see the same.
suppressMessages(library(kohonen))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
number <- function(x) paste(format(x, digits = 17, trim = TRUE), collapse = ",")
make <- function(name, x, width, height, topo, grid) {
  x <- matrix(as.numeric(format(x, digits = 7)), nrow(x))
  errors <- sapply(1:10, function(seed) {
    set.seed(seed)
    map <- som(x, somgrid(width, height, topo), rlen = 300, mode = "batch")
    codes <- getCodes(map)
    mean(sqrt(rowSums((x - codes[map$unit.classif, , drop = FALSE])^2)))
  })
  sprintf('{"name":"%s","rows":%d,"cols":%d,"width":%d,"height":%d,"grid":"%s","error":%s,"best":%s,"data":[%s]}',
    name, nrow(x), ncol(x), width, height, grid, number(median(errors)), number(min(errors)), number(round(t(x), 7)))
}
set.seed(20240404)
cases <- c(
  make("iris", as.matrix(iris[, 1:4]), 5, 4, "hexagonal", "hexagonal"),
  make("three groups", matrix(rnorm(300 * 3), 300) + 5 * rep(0:2, 100), 6, 5, "rectangular", "rectangular"),
  make("a ring", { a <- runif(250, 0, 2 * pi); cbind(cos(a), sin(a)) + rnorm(500, sd = 0.05) }, 4, 4, "hexagonal", "hexagonal")
)
text <- sprintf('{"madeBy":{"script":"reference/som.R","R":"%s","kohonen":"%s","seed":20240404},"largestRatio":1.02,"cases":[%s]}',
  getRversion(), packageVersion("kohonen"), paste(cases, collapse = ","))
writeLines(text, file.path(here, "som.golden.json"))
cat("R", as.character(getRversion()), "kohonen", as.character(packageVersion("kohonen")), "\n")
