// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files in debugfs:
 *
 *	allocpage/run    write a scenario line; returns when it is done
 *	allocpage/truth  read the counters as JSON; write "reset"
 *	allocpage/free   write anything: frees what free=0 kept
 *	allocpage/error  why the last line was refused
 *	allocpage/quality  write "count=N": the self-test of the quality API; read its result as
 *	                 JSON, after a short one where there was none
 *
 * debugfs pins the module while one of them is open, so it cannot be unloaded
 * under a running scenario.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "allocpage.h"
#include "quality.h"

#define MAX_LINE    1024
#define QUICK_COUNT 2000 /* blocks of the self-test in each context */

static struct dentry *folder;
static DEFINE_MUTEX(running);
static char message[AP_MAX_MESSAGE]; /* guarded by running */

static unsigned int exhaust_max_mb = 4096;
module_param(exhaust_max_mb, uint, 0644);
MODULE_PARM_DESC(exhaust_max_mb,
		 "refuse to take all memory of machines with more memory than this");

static bool fills(const struct ap_scenario *scenario)
{
	return scenario->exhaust || (scenario->act && scenario->act->fills);
}

static int run_line(char *line)
{
	struct ap_scenario scenario;
	const char *why = NULL;
	int err = ap_scenario_parse(line, &scenario, message, sizeof(message));

	if (!err && fills(&scenario) && totalram_pages() >> (20 - PAGE_SHIFT) > exhaust_max_mb) {
		scnprintf(message, sizeof(message), "more memory than exhaust_max_mb=%u",
			  exhaust_max_mb);
		err = -EINVAL;
	}
	if (err) {
		pr_err("%s\n", message);
		return err;
	}
	*message = '\0';
	if (scenario.reset)
		ap_truth_reset();
	err = ap_run_scenario(&scenario, &why);
	if (why)
		strscpy(message, why, sizeof(message));
	return err;
}

static ssize_t run_write(struct file *file, const char __user *buffer, size_t size, loff_t *offset)
{
	char *line;
	int err;

	if (size > MAX_LINE)
		return -EINVAL;
	line = memdup_user_nul(buffer, size);
	if (IS_ERR(line))
		return PTR_ERR(line);
	if (mutex_trylock(&running)) {
		err = run_line(line);
		mutex_unlock(&running);
	} else {
		err = -EBUSY;
	}
	kfree(line);
	return err ? err : (ssize_t)size;
}

static ssize_t truth_write(struct file *file, const char __user *buffer, size_t size,
			   loff_t *offset)
{
	char word[16] = "";

	if (size >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, buffer, size))
		return -EFAULT;
	if (strcmp(strim(word), "reset"))
		return -EINVAL;
	/* a running scenario holds pointers to the series that it will be added to */
	if (!mutex_trylock(&running))
		return -EBUSY;
	ap_truth_reset();
	mutex_unlock(&running);
	return (ssize_t)size;
}

static ssize_t free_write(struct file *file, const char __user *buffer, size_t size, loff_t *offset)
{
	if (!mutex_trylock(&running))
		return -EBUSY;
	ap_release_kept();
	mutex_unlock(&running);
	return (ssize_t)size;
}

static ssize_t error_read(struct file *file, char __user *buffer, size_t size, loff_t *offset)
{
	char text[AP_MAX_MESSAGE + 1];
	int length;

	if (mutex_lock_interruptible(&running))
		return -EINTR;
	length = scnprintf(text, sizeof(text), "%s\n", message);
	mutex_unlock(&running);
	return simple_read_from_buffer(buffer, size, offset, text, (size_t)length);
}

static ssize_t quality_write(struct file *file, const char __user *buffer, size_t size,
			     loff_t *offset)
{
	static const char key[] = "count=";
	unsigned int count;
	char word[32] = "";
	int err;

	if (size >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, buffer, size))
		return -EFAULT;
	if (strncmp(word, key, strlen(key)) || kstrtouint(strim(word) + strlen(key), 10, &count) ||
	    !count)
		return -EINVAL;
	if (!mutex_trylock(&running))
		return -EBUSY;
	err = ap_quality_test(count);
	mutex_unlock(&running);
	return err ? err : (ssize_t)size;
}

/* A flaw is in what is read, not in the error. */
static int quality_open(struct inode *inode, struct file *file)
{
	if (file->f_mode & FMODE_READ && !ap_quality_tested()) {
		if (!mutex_trylock(&running))
			return -EBUSY;
		ap_quality_test(QUICK_COUNT);
		mutex_unlock(&running);
	}
	return single_open(file, ap_quality_test_show, NULL);
}

static int truth_open(struct inode *inode, struct file *file)
{
	return single_open(file, ap_truth_show, NULL);
}

static const struct file_operations run_file = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = run_write,
};

static const struct file_operations truth_file = {
	.owner = THIS_MODULE,
	.open = truth_open,
	.read = seq_read,
	.write = truth_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static const struct file_operations free_file = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = free_write,
};

static const struct file_operations error_file = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = error_read,
};

static const struct file_operations quality_file = {
	.owner = THIS_MODULE,
	.open = quality_open,
	.read = seq_read,
	.write = quality_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init allocpage_init(void)
{
	const int err = ap_quality_open();

	if (err)
		return err;
	folder = debugfs_create_dir("allocpage", NULL);
	if (IS_ERR(folder)) {
		ap_quality_close();
		return PTR_ERR(folder);
	}
	debugfs_create_file("run", 0200, folder, NULL, &run_file);
	debugfs_create_file("truth", 0600, folder, NULL, &truth_file);
	debugfs_create_file("free", 0200, folder, NULL, &free_file);
	debugfs_create_file("error", 0400, folder, NULL, &error_file);
	debugfs_create_file("quality", 0600, folder, NULL, &quality_file);
	return 0;
}

static void __exit allocpage_exit(void)
{
	debugfs_remove(folder);
	ap_release_kept();
	ap_truth_reset();
	ap_quality_close();
	ap_slab_drop();
}

module_init(allocpage_init);
module_exit(allocpage_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes page requests and counts them itself, to test gfptrace");
