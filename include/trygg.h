/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file trygg.h
 * @brief The whole public interface, in the order data flows through it.
 */
#ifndef TRYGG_H
#define TRYGG_H

#include <trygg/error.h>
#include <trygg/version.h>
#include <trygg/table.h>
#include <trygg/arrow.h>
#include <trygg/codebook.h>
#include <trygg/responses.h>
#include <trygg/indicator.h>
#include <trygg/design.h>
#include <trygg/estimate.h>
#include <trygg/inference.h>
#include <trygg/model.h>
#include <trygg/index.h>
#include <trygg/trend.h>
#include <trygg/disclosure.h>
#include <trygg/report.h>

#endif /* TRYGG_H */
