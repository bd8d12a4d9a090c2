/** The handler of each route. Delivery is handled elsewhere (../../delivery/deliver.ts). */
import type { RouteName } from '../../../contract/routes.ts';
import type { Handler } from '../route-context.ts';
import { handleChanges } from './changes.ts';
import { handleCheckpoint } from './checkpoint.ts';
import {
  handleAddComment,
  handleDeleteComment,
  handleEditComment,
  handleListThreads,
  handleResolveThread,
  handleUnresolveThread,
} from './comments.ts';
import { handleConsistency } from './consistency.ts';
import { handleDeliverAll, handleDeliveryChanges } from './deliveries.ts';
import { handleListEnvironments, handlePutEnvironment } from './environments.ts';
import {
  handleCreateKey,
  handleCurrentKey,
  handleListKeys,
  handleRevokeKey,
  handleRotateKey,
} from './keys.ts';
import { handleLive } from './live.ts';
import { handleOpenOwners, handleOpenPromotion, handleOpenVersion } from './open.ts';
import {
  handleApproveOwners,
  handleCancelOwners,
  handleGetOwners,
  handleListOwnersChanges,
  handleRejectOwners,
  handleRequestOwners,
} from './owners.ts';
import { handleHealthz, handleMetrics, handleOpenapi, handleReadyz } from './process.ts';
import {
  handleApprove,
  handleCancel,
  handleComment,
  handleGetPromotion,
  handleListComments,
  handleListPromotions,
  handlePromote,
  handleReject,
} from './promotions.ts';
import {
  handleArchive,
  handleBatch,
  handleDiff,
  handleGetPrompt,
  handleGetVersion,
  handleListPrompts,
  handleListVersions,
  handlePublish,
  handleRestore,
} from './prompts.ts';
import {
  handleApproveRelease,
  handleCancelRelease,
  handleGetRelease,
  handleListReleases,
  handlePromoteRelease,
  handleRejectRelease,
} from './releases.ts';
import { handleRender } from './render.ts';
import { handleSearch } from './search.ts';
import { handleCreateWebhook, handleListWebhooks, handleRemoveWebhook } from './webhooks.ts';

export type HandledRoute = Exclude<RouteName, 'deliver' | 'langfusePrompt'>;

export const HANDLERS: { readonly [Name in HandledRoute]: Handler<Name> } = {
  render: handleRender,
  deliverAll: handleDeliverAll,
  deliveryChanges: handleDeliveryChanges,
  listPrompts: handleListPrompts,
  getPrompt: handleGetPrompt,
  publish: handlePublish,
  listVersions: handleListVersions,
  getVersion: handleGetVersion,
  diff: handleDiff,
  live: handleLive,
  search: handleSearch,
  promote: handlePromote,
  listPromotions: handleListPromotions,
  getPromotion: handleGetPromotion,
  approve: handleApprove,
  reject: handleReject,
  cancel: handleCancel,
  listComments: handleListComments,
  comment: handleComment,
  promoteRelease: handlePromoteRelease,
  listReleases: handleListReleases,
  getRelease: handleGetRelease,
  approveRelease: handleApproveRelease,
  rejectRelease: handleRejectRelease,
  cancelRelease: handleCancelRelease,
  listThreads: handleListThreads,
  addComment: handleAddComment,
  resolveThread: handleResolveThread,
  unresolveThread: handleUnresolveThread,
  editComment: handleEditComment,
  deleteComment: handleDeleteComment,
  archive: handleArchive,
  restore: handleRestore,
  changes: handleChanges,
  checkpoint: handleCheckpoint,
  consistency: handleConsistency,
  batch: handleBatch,
  listEnvironments: handleListEnvironments,
  putEnvironment: handlePutEnvironment,
  listOwnersChanges: handleListOwnersChanges,
  getOwners: handleGetOwners,
  requestOwners: handleRequestOwners,
  approveOwners: handleApproveOwners,
  rejectOwners: handleRejectOwners,
  cancelOwners: handleCancelOwners,
  listKeys: handleListKeys,
  createKey: handleCreateKey,
  currentKey: handleCurrentKey,
  revokeKey: handleRevokeKey,
  rotateKey: handleRotateKey,
  listWebhooks: handleListWebhooks,
  createWebhook: handleCreateWebhook,
  removeWebhook: handleRemoveWebhook,
  openPromotion: handleOpenPromotion,
  openVersion: handleOpenVersion,
  openOwners: handleOpenOwners,
  healthz: handleHealthz,
  readyz: handleReadyz,
  metrics: handleMetrics,
  openapi: handleOpenapi,
};
