<?php
/* Plugin Name: Witness (tests only). What visitors and moderators do, and what is really there, without the REST API. */

add_filter('comment_flood_filter', '__return_false'); // the suite's visitors all write from one address

add_filter('rest_pre_insert_comment', function ($comment) {
    usleep(1000 * (int) get_option('witness_thinks_for', 0)); // a spam filter that thinks before it lets pass
    if (!is_wp_error($comment) && get_option('witness_clock_off')) {
        $comment['comment_date_gmt'] = witness_now();
        $comment['comment_date'] = get_date_from_gmt(witness_now());
    }
    return $comment;
});

add_filter('pre_comment_approved', function ($approved) { // a spam filter that trusts nobody
    $files_as = (string) get_option('witness_files_as', '');
    return $files_as === '' ? $approved : $files_as;
});

function witness_now() { // the site's clock, which a test may put wrong
    return gmdate('Y-m-d H:i:s', time() + (int) get_option('witness_clock_off', 0));
}

add_action('wp_loaded', function () {
    if (!isset($_GET['witness'])) {
        return;
    }
    $asked = json_decode(file_get_contents('php://input'), true) ?: [];
    wp_send_json(call_user_func('witness_' . sanitize_key($_GET['witness']), $asked));
});

function witness_post($asked) {
    return wp_insert_post(wp_slash(['post_title' => $asked['title'], 'post_content' => $asked['text'], 'post_status' => 'publish',
        'post_type' => $asked['type'] ?? 'post', 'post_author' => 1, 'comment_status' => 'open']));
}

function witness_close($asked) {
    return wp_update_post(['ID' => $asked['post'], 'comment_status' => 'closed']);
}

function witness_trash_post($asked) {
    return (bool) wp_trash_post($asked['post']);
}

function witness_plant($asked) {
    $at = $asked['at'] ?? witness_now();
    $user = empty($asked['user']) ? null : get_user_by('login', $asked['user']);
    return wp_insert_comment(wp_slash([
        'comment_post_ID' => $asked['post'], 'comment_parent' => $asked['parent'] ?? 0,
        'comment_author' => $user ? $user->display_name : $asked['author'],
        'comment_author_email' => $user ? $user->user_email : ($asked['email'] ?? ''),
        'comment_author_url' => $asked['link'] ?? '', 'user_id' => $user ? $user->ID : 0,
        'comment_content' => wp_kses($asked['text'], 'pre_comment_content'), 'comment_approved' => $asked['approved'] ?? '0',
        'comment_agent' => 'Visitor/1.0', 'comment_date_gmt' => $at, 'comment_date' => get_date_from_gmt($at),
    ]));
}

function witness_plant_many($asked) {
    return array_map('witness_plant', $asked['many']);
}

function witness_rewrite($asked) {
    return wp_update_comment(['comment_ID' => $asked['id'], 'comment_content' => wp_slash(wp_kses($asked['text'], 'pre_comment_content'))]);
}

function witness_remove($asked) {
    return wp_delete_comment($asked['id'], true);
}

function witness_remove_all() {
    global $wpdb;
    $wpdb->query("DELETE FROM $wpdb->comments");
    $wpdb->query("DELETE FROM $wpdb->commentmeta");
    wp_cache_flush();
    return true;
}

function witness_state($asked) {
    $verbs = ['trash' => 'wp_trash_comment', 'untrash' => 'wp_untrash_comment', 'spam' => 'wp_spam_comment', 'unspam' => 'wp_unspam_comment'];
    return isset($verbs[$asked['to']]) ? $verbs[$asked['to']]($asked['id']) : wp_set_comment_status($asked['id'], $asked['to']);
}

function witness_shown($asked) {
    global $wpdb;
    return $wpdb->get_results("SELECT comment_ID id, comment_post_ID post, comment_parent parent, user_id user, comment_author author,
        comment_content text, comment_approved approved, comment_agent agent, comment_date_gmt at FROM $wpdb->comments ORDER BY comment_ID");
}

function witness_option($asked) {
    $changed = update_option($asked['name'], $asked['value']);
    $GLOBALS['wp_rewrite']->init();
    flush_rewrite_rules(false);
    return $changed;
}

function witness_sql($asked) {
    global $wpdb;
    $changed = $wpdb->query($asked['sql']);
    wp_cache_flush();
    return $changed;
}

function witness_password($asked) {
    $user = get_user_by('login', $asked['user']);
    [$password, $item] = WP_Application_Passwords::create_new_application_password($user->ID, ['name' => uniqid('extra')]);
    return ['password' => $password, 'uuid' => $item['uuid']];
}

function witness_revoke($asked) {
    return WP_Application_Passwords::delete_application_password(get_user_by('login', $asked['user'])->ID, $asked['uuid']);
}
