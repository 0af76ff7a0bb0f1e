/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file config.h
 * @brief Symbol visibility and C++ guards used by every public header.
 */
#ifndef TRYGG_CONFIG_H
#define TRYGG_CONFIG_H

#if defined(__GNUC__) || defined(__clang__)
#define TRYGG_API __attribute__((visibility("default")))
#else
#define TRYGG_API
#endif

#ifdef __cplusplus
#define TRYGG_BEGIN_DECLS extern "C" {
#define TRYGG_END_DECLS }
#else
#define TRYGG_BEGIN_DECLS
#define TRYGG_END_DECLS
#endif

#endif /* TRYGG_CONFIG_H */
