<?php
// Run once by the suite: the site, its people, their application passwords; prints them as JSON.
define('WP_INSTALLING', true);
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET'];
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Gazette of the Vale', 'admin', 'admin@desk.example', true, '', 'admin-pass');
wp_delete_comment(1, true);
$options = ['permalink_structure' => '/%year%/%monthnum%/%postname%/', 'comment_moderation' => '1', 'require_name_email' => '1',
    'comments_notify' => '0', 'moderation_notify' => '0', 'timezone_string' => 'Europe/Paris', 'template' => 'bare', 'stylesheet' => 'bare'];
foreach ($options as $name => $value) {
    update_option($name, $value);
}
$capabilities = ['read', 'moderate_comments', 'edit_posts', 'edit_others_posts', 'edit_published_posts',
    'edit_pages', 'edit_others_pages', 'edit_published_pages'];
add_role('nestor_desk', 'Community desk', array_fill_keys($capabilities, true));
$passwords = [];
foreach (['desk' => 'nestor_desk', 'editor' => 'editor', 'writer' => 'author', 'reader' => 'subscriber'] as $login => $role) {
    $id = wp_insert_user(['user_login' => $login, 'user_pass' => wp_generate_password(), 'user_email' => "$login@desk.example",
        'role' => $role, 'display_name' => ucfirst($login) . ' of the Gazette']);
    [$passwords[$login]] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'nestor']);
}
[$passwords['admin']] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'nestor']);
echo json_encode(['version' => get_bloginfo('version'), 'passwords' => $passwords]);
