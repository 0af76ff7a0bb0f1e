#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python host that knows the library only by its symbols and struct layouts: it loads, estimates, and frees
its handles in every order.  usage: abi_host.py LIBRARY"""
import ctypes
import itertools
import math
import resource
import sys
import threading
from ctypes import (POINTER, Structure, byref, c_char, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32,
                    c_void_p)

OK, EIO, ENAME = 0, 3, 6


class Error(Structure):
    _fields_ = [("status", c_int32), ("column", c_int32), ("line", c_int64), ("file", c_char * 256),
                ("field", c_char * 64), ("message", c_char * 512)]


class EstimateOptions(Structure):
    _fields_ = [("size", c_size_t), ("indicators", POINTER(c_char_p)), ("indicator_count", c_size_t),
                ("by", POINTER(c_char_p)), ("by_count", c_size_t), ("where", POINTER(c_char_p)),
                ("where_count", c_size_t), ("waves", POINTER(c_char_p)), ("wave_count", c_size_t), ("pool", c_int),
                ("df", c_char_p), ("threads", c_int), ("progress", c_void_p)]


class Estimate(Structure):
    _fields_ = [("wave", c_char_p), ("indicator", c_char_p), ("n", c_int64), ("weighted_n", c_double),
                ("estimate", c_double), ("se", c_double), ("df", c_double), ("deff", c_double), ("flags", c_uint32)]


library = ctypes.CDLL(sys.argv[1])


def declare(name, result, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


handle = POINTER(c_void_p)
error_pointer = POINTER(Error)
version = declare("trygg_version", c_char_p)
error_text = declare("trygg_error_text", c_char_p, c_int)
codebook_read = declare("trygg_codebook_read", c_int, c_char_p, handle, error_pointer)
codebook_create = declare("trygg_codebook_create", c_int, handle, error_pointer)
codebook_add = declare("trygg_codebook_add_csv", c_int, c_void_p, c_char_p, c_char_p, c_size_t, error_pointer)
codebook_finish = declare("trygg_codebook_finish", c_int, c_void_p, error_pointer)
codebook_indicators = declare("trygg_codebook_indicators", c_size_t, c_void_p)
codebook_free = declare("trygg_codebook_free", None, c_void_p)
responses_load = declare("trygg_responses_load_memory", c_int, c_void_p, c_char_p, c_char_p, c_size_t, c_void_p, handle,
                         error_pointer)
responses_count = declare("trygg_responses_count", c_size_t, c_void_p)
responses_account = declare("trygg_responses_account", c_int, c_void_p, handle, error_pointer)
responses_free = declare("trygg_responses_free", None, c_void_p)
table_rows = declare("trygg_table_rows", c_size_t, c_void_p)
table_free = declare("trygg_table_free", None, c_void_p)
design_create = declare("trygg_design_create", c_int, c_void_p, c_void_p, handle, error_pointer)
design_clusters = declare("trygg_design_clusters", c_size_t, c_void_p)
design_free = declare("trygg_design_free", None, c_void_p)
estimate_create = declare("trygg_estimate_create", c_int, c_void_p, POINTER(EstimateOptions), handle, error_pointer)
estimate_count = declare("trygg_estimate_count", c_size_t, c_void_p)
estimate_get = declare("trygg_estimate_get", Estimate, c_void_p, c_size_t)
estimate_find = declare("trygg_estimate_find", c_size_t, c_void_p, c_char_p, POINTER(c_char_p), c_char_p)
estimate_covariance = declare("trygg_estimate_covariance", c_int, c_void_p, POINTER(c_size_t), c_size_t,
                              POINTER(c_double), error_pointer)
estimate_free = declare("trygg_estimate_free", None, c_void_p)

TABLES = {
    b"settings": b"form_title,form_id,version,wave\nHost,host,1,2024\n",
    b"survey": b"type,name,label,role\nselect_one often,worry,Worried,\nselect_one area,area,Area,domain\n"
               b"decimal,w,Weight,weight\n",
    b"choices": b"list_name,name,label\noften,1,Often\noften,2,Seldom\noften,3,Never\narea,n,North\narea,s,South\n",
    b"indicators": b"name,label,type,variable,numerator\nworried,Worried,share,worry,1\n",
}
RECORDS = [(1, "n", 2.5), (2, "n", 1.0), (3, "s", 0.5), (1, "s", 4.0), (2, "s", 3.0)]
DATA = ("worry,area,w\n" + "".join(f"{worry},{area},{w}\n" for worry, area, w in RECORDS)).encode()


def call(function, *arguments):
    """Run a fallible call; its error as an exception."""
    error = Error()
    status = function(*arguments, byref(error))
    if status != OK:
        raise RuntimeError(f"{error_text(status).decode()}: {error.file.decode()}:{error.line}: "
                           f"{error.field.decode()}: {error.message.decode()}")


def made(function, *arguments):
    out = c_void_p()
    call(function, *arguments, byref(out))
    assert out.value, "a call that succeeds gives a handle"
    return out


def make_codebook():
    codebook = made(codebook_create)
    for name, text in TABLES.items():
        call(codebook_add, codebook, name, text, len(text))
    call(codebook_finish, codebook)
    return codebook


def make_estimates(design):
    by = (c_char_p * 1)(b"area")
    options = EstimateOptions(size=ctypes.sizeof(EstimateOptions), by=by, by_count=1, threads=1)
    return made(estimate_create, design, byref(options))


def make_all():
    codebook = make_codebook()
    responses = made(responses_load, codebook, b"data.csv", DATA, len(DATA), None)
    design = made(design_create, responses, None)
    return {"codebook": codebook, "responses": responses, "account": made(responses_account, responses),
            "design": design, "estimates": make_estimates(design)}


FREE = {"codebook": codebook_free, "responses": responses_free, "account": table_free, "design": design_free,
        "estimates": estimate_free}


def total_by_hand():
    """Share and standard error of `worried`: one stratum, every record a cluster, drawn with replacement."""
    weights = sum(w for _, _, w in RECORDS)
    share = sum(w for worry, _, w in RECORDS if worry == 1) / weights
    z = [w * ((worry == 1) - share) / weights for worry, _, w in RECORDS]
    n = len(z)
    return share, math.sqrt(n / (n - 1) * sum(value * value for value in z))


def check_estimates(estimates):
    row = estimate_find(estimates, b"2024", None, b"worried")
    assert row < estimate_count(estimates), "the total of `worried` is there"
    met, (share, se) = estimate_get(estimates, row), total_by_hand()
    assert met.indicator == b"worried" and met.wave == b"2024" and met.n == len(RECORDS), "the row says what it is"
    assert math.isclose(met.estimate, share, rel_tol=1e-12), (met.estimate, share)
    assert math.isclose(met.se, se, rel_tol=1e-12), (met.se, se)
    matrix, rows = (c_double * 1)(), (c_size_t * 1)(row)
    call(estimate_covariance, estimates, rows, 1, matrix)
    assert math.isclose(matrix[0], se * se, rel_tol=1e-12), "the variance is the square of the standard error"


LOOK = {"codebook": lambda h: codebook_indicators(h) == 1, "responses": lambda h: responses_count(h) == len(RECORDS),
        "account": lambda h: table_rows(h) > 0, "design": lambda h: design_clusters(h) == len(RECORDS),
        "estimates": lambda h: check_estimates(h) is None}


def free_in_order(order):
    """Free one handle after the other; those that are left keep working."""
    handles = make_all()
    for position, name in enumerate(order):
        FREE[name](handles[name])
        for left in order[position + 1:]:
            assert LOOK[left](handles[left]), f"{left} broke when {order[:position + 1]} were freed"


def share_between_threads():
    handles = make_all()
    faults = []

    def work():
        try:
            for _ in range(50):
                estimates = make_estimates(handles["design"])
                check_estimates(estimates)
                estimate_free(estimates)
        except Exception as fault:  # pylint: disable=broad-except
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[0]
    for name, one in handles.items():
        FREE[name](one)


def fail_politely():
    error, out = Error(), c_void_p(1)
    assert codebook_read(b"/nowhere/at/all", byref(out), byref(error)) == EIO
    assert not out.value and error.status == EIO and error.message, "a failure gives NULL and says why"
    assert codebook_read(b"/nowhere/at/all", byref(out), None) == EIO, "the error is optional"
    handles = make_all()
    wrong = (c_char_p * 1)(b"worred")
    options = EstimateOptions(size=ctypes.sizeof(EstimateOptions), indicators=wrong, indicator_count=1)
    assert estimate_create(handles["design"], byref(options), byref(out), byref(error)) == ENAME
    assert b"worried" in error.message, "the nearest name is in the message"
    for name, one in handles.items():
        FREE[name](one)
    for free in FREE.values():
        free(None)


def main():
    assert ctypes.sizeof(Error) == 848, "the error's layout is frozen"
    orders = list(itertools.permutations(FREE))
    for order in orders:
        free_in_order(order)
    share_between_threads()
    fail_politely()

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = peak()
    for _ in range(20):
        for order in orders:
            free_in_order(order)
    unit = 1 if sys.platform == "darwin" else 1024
    assert (peak() - before) * unit < 8 << 20, f"memory grew by {peak() - before} over {20 * len(orders)} rounds"
    print(f"Python host: libtrygg {version().decode()}, {len(orders)} orders of freeing")


main()
