"""Words that `wording.plain_name` and the pages make from names, listed for the translators.

A test sees to it that every score, baseline, check and other part with a file of its own has its
name here.
"""

from ftkeras.report.language import N_

PARTS = (N_("train"), N_("validation"), N_("test"), N_("all"))
SCORES = (
    N_("Accuracy"),
    N_("Answer exact match"),
    N_("Answer F1 score"),
    N_("Area under ROC curve"),
    N_("Average precision"),
    N_("Balanced accuracy"),
    N_("BLEU"),
    N_("Brier score"),
    N_("Character error rate"),
    N_("Chrf"),
    N_("Classwise calibration error"),
    N_("COCO average precision"),
    N_("COCO average recall"),
    N_("Cohen kappa"),
    N_("Concordance correlation"),
    N_("Coverage error"),
    N_("Dice coefficient"),
    N_("Document perplexity"),
    N_("Entity F1 score"),
    N_("Entity precision"),
    N_("Entity recall"),
    N_("Equal mass calibration error"),
    N_("Exact match ratio"),
    N_("Expected calibration error"),
    N_("Explained variance"),
    N_("F1 score"),
    N_("False negatives"),
    N_("False positives"),
    N_("Fbeta score"),
    N_("Gain at k"),
    N_("Hamming loss"),
    N_("Hit rate at k"),
    N_("Intersection over union"),
    N_("Label ranking average precision"),
    N_("Label ranking loss"),
    N_("Lift at k"),
    N_("Log loss"),
    N_("Matthews correlation"),
    N_("Max error"),
    N_("Mean absolute error"),
    N_("Mean absolute percentage error"),
    N_("Mean average precision"),
    N_("Mean intersection over union"),
    N_("Mean reciprocal rank"),
    N_("Mean squared error"),
    N_("Median absolute error"),
    N_("Multilabel area under ROC curve"),
    N_("Multilabel F1 score"),
    N_("Multilabel log loss"),
    N_("Multilabel precision"),
    N_("Multilabel recall"),
    N_("Normalized discounted cumulative gain"),
    N_("Partial area under ROC curve"),
    N_("Pearson correlation"),
    N_("Perplexity"),
    N_("Pinball loss"),
    N_("Pixel accuracy"),
    N_("Precision"),
    N_("Precision at k"),
    N_("Precision at recall"),
    N_("Quantile absolute error"),
    N_("Query area under ROC curve"),
    N_("R2 score"),
    N_("Recall"),
    N_("Recall at k"),
    N_("Recall at precision"),
    N_("Root mean squared error"),
    N_("ROUGE l"),
    N_("ROUGE l sum"),
    N_("ROUGE n"),
    N_("Sensitivity at specificity"),
    N_("Sentence BLEU"),
    N_("Spearman correlation"),
    N_("Specificity"),
    N_("Specificity at sensitivity"),
    N_("Symmetric mean absolute percentage error"),
    N_("Token accuracy"),
    N_("Top k accuracy"),
    N_("True negatives"),
    N_("True positives"),
    N_("Word error rate"),
)
BASELINES = (
    N_("Features ridge"),
    N_("Majority class"),
    N_("Mean"),
    N_("Pixels logistic regression"),
    N_("Pixels ridge"),
    N_("TF-IDF logistic regression"),
    N_("TF-IDF ridge"),
    N_("BM25"),
    N_("Equal scores"),
    N_("Columns gradient boosting"),
    N_("Columns logistic regression"),
    N_("Columns ridge"),
    N_("TF-IDF pair logistic regression"),
    N_("TF-IDF pair ridge"),
)
TASKS = (
    N_("Binary"),
    N_("Multiclass"),
    N_("Multilabel"),
    N_("Regression"),
    N_("Ranking"),
)
OF_LISTS = (N_("Documents of a query"), N_("Relevance"))
RULES = (
    N_("Cost"),
    N_("Maximum F1"),
    N_("Maximum youden"),
    N_("Precision at least"),
    N_("Recall at least"),
)
FIGURES = (
    N_("expected cost per example"),
    N_("Youden index"),
    N_("precision"),
    N_("recall"),
)
CALIBRATIONS = (
    N_("Isotonic"),
    N_("Platt"),
    N_("Temperature"),
    N_("Vector"),
)
CHECKS = (
    N_("Baselines"),
    N_("Conflicting labels"),
    N_("Constant columns"),
    N_("Empty inputs"),
    N_("Exact duplicates"),
    N_("Giveaway columns"),
    N_("Giveaway words"),
    N_("Label balance"),
    N_("Long texts"),
    N_("Near duplicates"),
    N_("Smallest difference"),
    N_("Unseen labels"),
    N_("Unlike parts"),
    N_("Unusable rows"),
)
DROPPED = (
    N_("Repeated"),
    N_("Unusable"),
    N_("Near copies of other parts"),
)
LOGS = (
    N_("Loss"),
    N_("Learning rate"),
)
ARGUMENTS = (
    N_("macro"),
    N_("micro"),
    N_("weighted"),
    N_("binary"),
    N_("class index"),
    N_("beta"),
    N_("k"),
    N_("n"),
)
STEPS = (
    N_("Data"),
    N_("Baselines"),
    N_("Loading"),
    N_("Features"),
    N_("Training"),
    N_("Prediction"),
    N_("Judgement"),
    N_("Ranking"),
    N_("Reading"),
    N_("Trials"),
    N_("Winner"),
    N_("Learning curve"),
)
SEVERITIES = (
    N_("error"),
    N_("warning"),
    N_("note"),
)
MODALITIES = (
    N_("text"),
    N_("image"),
    N_("audio"),
    N_("tabular"),
    N_("text_pair"),
    N_("multimodal"),
    N_("features"),
)
TESTS = (N_("Wilcoxon signed-rank test"), N_("Friedman test"))
KINDS = (
    N_("Classes"),
    N_("Labels"),
    N_("Tags"),
    N_("classes"),
    N_("labels"),
    N_("tags"),
    N_("units"),
    N_("whole groups of units"),
)
READINGS = (
    N_("finetune: final evaluation"),
    N_("evaluate: predictions on disk"),
    N_("evaluate: answers of others"),
    N_("cross_validate: each example in its own fold"),
    N_("compare"),
)
UNITS = (N_("trials"), N_("epochs"), N_("Folds"), N_("folds"))
METHODS = (N_("Wilson"), N_("; "), N_(" or "), N_(" and "))
UNDEFINED = (
    N_("nothing was counted"),
    N_(
        "the numbers do not vary, or too little beside their size for the digits at hand: set "
        "`center` near their mean"
    ),
    N_("labels or predictions are all equal, or share one bucket: set `center` and `scale`"),
    N_("all units and all answers are of one class"),
    N_("all units, or all answers, are of one class"),
    N_("every unit is of the class"),
    N_("it needs a unit of class 1"),
    N_("it needs units of both classes"),
    N_("it needs units of the class and units of another"),
    N_("it needs units of the class"),
    N_("it needs units with the label and units without"),
    N_("no entity is true or predicted"),
    N_("no entity is true"),
    N_("no entity was predicted"),
    N_("no query has both relevant documents and others"),
    N_("the class is neither true nor predicted"),
    N_("the class never occurs"),
    N_("the class was never predicted"),
    N_("the label is neither true nor predicted"),
    N_("the label never holds"),
    N_("the label was never predicted"),
    N_("the references are empty"),
    N_("there are no objects of this size"),
    N_("there are no tokens"),
    N_("there is no query that counts"),
)
CORRECTION = (N_("Nadeau and Bengio's correction for training parts that overlap"),)
