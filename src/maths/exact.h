/*-------------------------------------------------------------------------
 *
 * exact.h
 *		Exact tests of tables with two rows and two columns.
 *
 * All numbers are whole, not negative, at most 2^53, and so is their sum.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_EXACT_H
#define CX_MATHS_EXACT_H

/*
 * Probability that "draws" without replacement out of good + bad hold at
 * least k good ones.  draws <= good + bad.
 */
extern double cx_hypergeometric_upper(double k, double good, double bad, double draws);

/*
 * Fisher's exact test, two-sided, of the table
 *
 *		with		outcome a, no outcome b
 *		without		outcome c, no outcome d
 *
 * The probability, with all margins as they are, of tables that are not more
 * probable than this one.  1 if a margin is 0.
 */
extern double cx_fisher_two_sided(double a, double b, double c, double d);

/*
 * The adjusted p-values of Benjamini and Hochberg (1995), which bound the
 * share of false discoveries: n p-values ascending, replaced in place.
 */
extern void cx_false_discovery(double *p, int n);

#endif							/* CX_MATHS_EXACT_H */
