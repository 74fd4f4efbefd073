// SPDX-License-Identifier: GPL-2.0-only
#include "mm/wrapper_names.h"

#include <stddef.h>
#include <string.h>

/*
 * Names without leading underscores and without "_noprof" (v6.10): variants of one function
 * are one row. A name that ends in '*' is a prefix.
 */
/* clang-format off */
static const char *const wrappers[] = {
	/* the report itself: lib/dump_stack.c, mm/page_alloc.c, mm/oom_kill.c */
	"dump_stack*", "show_stack*", "dump_backtrace*", "show_trace*", "warn_alloc*",
	"show_mem*", "dump_header*", "oom_kill_process*", "out_of_memory*", "pagefault_out_of_memory",
	"mem_cgroup_out_of_memory*", "mem_cgroup_oom*", "try_charge*", "mem_cgroup_charge*",
	"mem_cgroup_try_charge*", "charge_memcg*", "obj_cgroup_charge*", "memcg_kmem_charge*",
	"memcg_charge*",
	/* pages: mm/page_alloc.c, mm/mempolicy.c, mm/filemap.c */
	"alloc_pages*", "alloc_page*", "alloc_frozen_pages*", "alloc_contig_*", "get_free_page*",
	"get_zeroed_page*", "get_page_from_freelist*", "rmqueue*", "folio_alloc*", "vma_alloc_*",
	"page_cache_alloc*", "filemap_alloc_folio*", "alloc_folio_*", "alloc_fresh_*",
	"page_frag_*", "napi_alloc_frag*", "netdev_alloc_frag*", "alloc_page_interleave*",
	/* slabs: mm/slub.c, mm/slab.c, mm/slab_common.c */
	"alloc_slab_page*", "allocate_slab*", "new_slab*", "slab_alloc*", "kmem_cache_alloc*",
	"kmalloc*", "krealloc*", "kmem_getpages*", "cache_grow*", "cache_alloc*", "fallback_alloc*",
	"refill_sheaf*", "refill_objects*", "alloc_from_pcs*", "pcs_*", "kcalloc*",
	/* mm/vmalloc.c, mm/util.c, mm/mempool.c, kernel/dma */
	"kvmalloc*", "vmalloc*", "vzalloc*", "vm_area_alloc_pages*", "mempool_alloc*",
	"dma_alloc_*", "dma_direct_alloc*", "dma_generic_alloc*", "dma_pool_alloc*",
	"intel_alloc_coherent*", "iommu_dma_alloc*", "swiotlb_alloc*", "x86_swiotlb_alloc*",
	/* buffers of the network: net/core/skbuff.c, page_pool.c */
	"alloc_skb*", "netdev_alloc_skb*", "napi_alloc_skb*", "napi_build_skb*", "build_skb*",
	"page_pool_alloc*", "page_pool_dev_alloc*", "page_pool_refill*", "skb_page_frag_refill*",
	"pskb_expand_head*",
};
/* clang-format on */

/* The length of a name without +0x... and what the compiler or v6.10 appended. */
static size_t bare_length(const char *name)
{
	static const char noprof[] = "_noprof";
	const size_t suffix = sizeof(noprof) - 1;
	size_t length = strcspn(name, "+. ");

	if (length > suffix && !memcmp(name + length - suffix, noprof, suffix))
		length -= suffix;
	return length;
}

static bool matches(const char *row, const char *name, size_t length)
{
	size_t want = strlen(row);

	if (row[want - 1] == '*')
		return length >= want - 1 && !memcmp(row, name, want - 1);
	return length == want && !memcmp(row, name, want);
}

bool requester__is_wrapper(const char *function)
{
	size_t length;

	function += strspn(function, "_");
	length = bare_length(function);
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (matches(wrappers[i], function, length))
			return true;
	return false;
}
